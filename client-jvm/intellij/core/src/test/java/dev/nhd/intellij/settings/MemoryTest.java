package dev.nhd.intellij.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.protocol.WorkloadRef;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private final KeptInMemory kept = new KeptInMemory();
    private final Memory memory = new Memory(kept);

    @Test
    void aWorkloadIsRememberedByItsContextAndNamespace() {
        Memory.Choices choices = new Memory.Choices("web", "golang:1.24", "/home/ann/web");
        memory.keep("dev", workload("web"), choices);
        memory.keep("dev", workload("api"), new Memory.Choices(null, null, "/home/ann/api"));
        assertEquals(choices, memory.of("dev", workload("web")));
        assertEquals(new Memory.Choices(null, null, "/home/ann/api"), memory.of("dev", workload("api")));
        assertNull(memory.of("live", workload("web")).image());
        assertTrue(memory.isLatest("dev", workload("api")));
        assertFalse(memory.isLatest("dev", workload("web")));
        assertEquals(List.of("golang:1.24"), memory.images());
    }

    @Test
    void whatIsKeptIsBounded() {
        for (int at = 0; at < 150; at++) {
            memory.keep(null, workload("web-" + at), new Memory.Choices(null, "image:" + at, "/src"));
        }
        assertEquals(8, memory.images().size());
        assertEquals("image:149", memory.images().get(0));
        assertEquals("image:149", memory.of(null, workload("web-149")).image());
        assertNull(memory.of(null, workload("web-49")).image());
        assertEquals("image:50", memory.of(null, workload("web-50")).image());
    }

    @Test
    void aPlaceIsWhatWasPickedElseWhatIsSet() {
        Settings[] settings = {new Settings(" ", null, "/kube", "dev", "shop", false)};
        Target target = new Target(kept, () -> settings[0]);
        int[] changes = {0};
        target.onChange(() -> changes[0]++);
        assertNull(settings[0].path());
        assertEquals(new Place("/kube", "dev", "shop"), target.place());
        target.chooseNamespace("test", null);
        assertEquals(new Place("/kube", "dev", "test"), target.place());
        target.chooseContext("live");
        assertEquals(new Place("/kube", "live", "shop"), target.place());
        settings[0] = new Settings(null, null, null, "other", null, false);
        target.settingsChanged();
        assertEquals(new Place(null, "other", null), target.place());
        assertEquals(List.of("test"), target.recentNamespaces());
        assertEquals(3, changes[0]);
    }

    private static WorkloadRef workload(String name) {
        return new WorkloadRef("Deployment", name, "shop");
    }
}
