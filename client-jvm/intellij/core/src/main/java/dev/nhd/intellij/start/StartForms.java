package dev.nhd.intellij.start;

import dev.nhd.client.DaemonException;
import dev.nhd.client.protocol.ConfigEntry;
import dev.nhd.client.protocol.ConfigResult;
import dev.nhd.client.protocol.ConfigSourceKind;
import dev.nhd.client.protocol.ImageSuggestParams;
import dev.nhd.client.protocol.ImageSuggestion;
import dev.nhd.client.protocol.ImageSuggestions;
import dev.nhd.client.protocol.StartParams;
import dev.nhd.intellij.daemon.Daemon;
import dev.nhd.intellij.settings.Memory;
import dev.nhd.intellij.words.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds out what a start's dialog begins with: the dev configuration, last time, what the daemon suggests. */
public final class StartForms {
    private final Daemon daemon;
    private final Memory memory;
    private final Texts texts;

    public StartForms(Daemon daemon, Memory memory, Texts texts) {
        this.daemon = daemon;
        this.memory = memory;
        this.texts = texts;
    }

    /**
     * Blocks while the daemon looks.
     *
     * @param request what is known already
     * @param containers all containers of the workload
     * @param folder the project's folder, where nothing else is known, or null
     */
    public StartForm of(StartRequest request, List<String> containers, String folder)
            throws DaemonException, InterruptedException {
        Memory.Choices last = memory.of(request.place().context(), request.workload());
        // Of a folder that is gone there is nothing to ask.
        String source = first(there(request.source()), there(last.source()), there(folder));
        Optional<String> configuredContainer = Optional.empty();
        Optional<String> configuredImage = Optional.empty();
        if (source != null) {
            StartRequest bare = new StartRequest(request.place(), request.workload(), null, null, source);
            StartParams params = bare.params(daemon);
            ConfigResult resolved = daemon.client().call(methods -> methods.configResolve(params));
            configuredContainer = value(resolved, "devContainerName");
            configuredImage = value(resolved, "image");
        }
        String container = containers.size() == 1
                ? containers.get(0)
                : first(request.container(), configuredContainer.orElse(null), last.container());
        List<StartForm.Image> images = images(request, last, configuredImage, container, source);
        String image = first(request.image(), configuredImage.orElse(null), last.image());
        return new StartForm(
                containers, container, configuredContainer.isPresent(), images,
                image == null && !images.isEmpty() ? images.get(0).image() : image, configuredImage.isPresent(),
                source);
    }

    private List<StartForm.Image> images(
            StartRequest request, Memory.Choices last, Optional<String> configured, String container, String source)
            throws DaemonException, InterruptedException {
        List<StartForm.Image> images = new ArrayList<>();
        configured.ifPresent(image -> add(images, image, texts.t("of the dev configuration")));
        add(images, last.image(), texts.t("as last time"));
        if (daemon.has("image.suggest")) {
            for (ImageSuggestion suggestion : suggested(request, container, source).images()) {
                add(images, suggestion.image(), suggestion.text());
            }
        }
        memory.images().forEach(image -> add(images, image, texts.t("used lately")));
        return images;
    }

    private ImageSuggestions suggested(StartRequest request, String container, String source)
            throws DaemonException, InterruptedException {
        ImageSuggestParams params = new ImageSuggestParams(request.workload().kind(), request.workload().name())
                .withKubeconfig(request.place().kubeconfig())
                .withContext(request.place().context())
                .withNamespace(request.workload().namespace())
                .withContainer(container)
                .withSource(source)
                .withEnvironment(daemon.environmentFor(source == null ? null : Path.of(source)));
        return daemon.client().call(methods -> methods.imageSuggest(params));
    }

    private static void add(List<StartForm.Image> images, String image, String why) {
        if (image != null && images.stream().noneMatch(each -> each.image().equals(image))) {
            images.add(new StartForm.Image(image, why));
        }
    }

    /** What the dev configuration says; empty where nobody says anything. */
    private static Optional<String> value(ConfigResult resolved, String key) {
        return resolved.entries().stream()
                .filter(entry -> entry.key().equals(key) && isSaid(entry))
                .map(entry -> entry.value().getAsString())
                .findFirst();
    }

    private static boolean isSaid(ConfigEntry entry) {
        return !entry.source().kind().equals(ConfigSourceKind.DEFAULT)
                && entry.value() != null
                && entry.value().isJsonPrimitive();
    }

    private static String there(String folder) {
        return folder != null && Files.isDirectory(Path.of(folder)) ? folder : null;
    }

    private static String first(String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null) {
                return candidate;
            }
        }
        return null;
    }
}
