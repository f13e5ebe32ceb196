package dev.nhd.intellij.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void portsAreReadAsTheyAreWritten() {
        assertEquals(Optional.of(new Ports(null, 8080)), Ports.of(" 8080 "));
        assertEquals(Optional.of(new Ports(null, 8080)), Ports.of(":8080"));
        assertEquals(Optional.of(new Ports(3000, 8080)), Ports.of("3000:8080"));
        assertEquals(Optional.of(new Ports(null, 65535)), Ports.of("0:65535"));
        for (String wrong : List.of("", "0", "65536", "70000:80", "a", "80:", "1:2:3", "-1", "80.5")) {
            assertEquals(Optional.empty(), Ports.of(wrong), wrong);
        }
    }
}
