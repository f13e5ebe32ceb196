package dev.nhd.intellij.forward;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a forward is asked for with: {@code 8080}, {@code :8080}, or {@code 3000:8080}.
 *
 * @param local the port here, or null for the same if it is free, else any
 * @param remote the port in the pod
 */
public record Ports(Integer local, int remote) {
    private static final int LARGEST = 65_535;
    private static final Pattern WRITTEN = Pattern.compile("(?:(\\d{0,5}):)?(\\d{1,5})");

    /** @return the ports, or empty where the text is none of those */
    public static Optional<Ports> of(String text) {
        Matcher written = WRITTEN.matcher(text.strip());
        if (!written.matches()) {
            return Optional.empty();
        }
        int remote = Integer.parseInt(written.group(2));
        String here = written.group(1);
        int local = here == null || here.isEmpty() ? 0 : Integer.parseInt(here);
        if (remote == 0 || remote > LARGEST || local > LARGEST) {
            return Optional.empty();
        }
        return Optional.of(new Ports(local == 0 ? null : local, remote));
    }
}
