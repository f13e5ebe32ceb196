package dev.nhd.intellij.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.nhd.intellij.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {
    @TempDir
    private Path folder;

    @Test
    void theSettingComesFirstThenThePluginsOwnThenThePath() throws IOException {
        Path set = program("set/nhd-cli");
        program("set/nhd");
        Path own = program("own/nhd-cli");
        Path found = program("path/nhd-cli");
        Map<String, String> environment = Map.of("PATH", "relative:" + folder.resolve("no") + ":" + found.getParent());
        assertEquals(Programs.Origin.PATH, find(null, null, environment).get().origin());
        assertEquals(found, find(null, folder.resolve("empty"), environment).get().cli());
        assertEquals(own, find(null, own.getParent(), environment).get().cli());
        for (String setting : new String[] {"set", "set/nhd", "set/nhd-cli"}) {
            Programs programs = find(folder.resolve(setting).toString(), own.getParent(), environment).get();
            assertEquals(set, programs.cli(), setting);
            assertEquals(Programs.Origin.SETTING, programs.origin());
        }
    }

    @Test
    void aSettingThatNamesNothingIsNotPassedOver() throws IOException {
        Path own = program("own/nhd-cli");
        assertEquals(Optional.empty(), find(folder.resolve("nowhere/nhd").toString(), own.getParent(), Map.of()));
        assertEquals(Optional.empty(), find("\0", own.getParent(), Map.of()));
        assertEquals(Optional.empty(), find(null, null, Map.of()));
    }

    @Test
    void whatCannotBeRunIsNoProgram() throws IOException {
        Files.createDirectories(folder.resolve("bin/nhd-cli"));
        Files.createFile(Files.createDirectories(folder.resolve("flat")).resolve("nhd-cli"));
        String path = folder.resolve("bin") + ":" + folder.resolve("flat");
        assertEquals(Optional.empty(), find(null, null, Map.of("PATH", path)));
    }

    @Test
    void theUsersOwnSyncthingComesBeforeThePlugins() throws IOException {
        Path own = program("own/nhd-cli").getParent();
        Path brought = program("own/syncthing");
        Path users = program("users/syncthing");
        assertEquals(brought.toString(), find(null, own, Map.of()).get().syncthing());
        assertNull(find(null, own, Map.of("PATH", users.getParent().toString())).get().syncthing());
        assertEquals("/named", find(null, own, Map.of("NHD_SYNCTHING", "/named")).get().syncthing());
        Settings settings = new Settings(null, "/set", null, null, null, false);
        assertEquals("/set", Programs.find(settings, own, Map.of("NHD_SYNCTHING", "/named")).get().syncthing());
    }

    @Test
    void aRequestTakesAlongWhatPluginsAndConfigurationNeed() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source/.nocalhost")).getParent();
        Files.writeString(source.resolve(".nocalhost/config.yaml"),
                "image: ${IMAGE}\nenv: $OTHER\nmore: ${_INCLUDE_:- parts/more.yaml}\n");
        Files.createDirectory(source.resolve(".nocalhost/parts"));
        Files.writeString(source.resolve(".nocalhost/parts/more.yaml"), "x: ${DEEP:-none}\ny: ${_INCLUDE_:-more.yaml}");
        Map<String, String> all = Map.of(
                "PATH", "/bin", "AWS_PROFILE", "a", "SECRET", "s", "IMAGE", "i", "OTHER", "o", "DEEP", "d");
        assertEquals(
                Map.of("PATH", "/bin", "AWS_PROFILE", "a", "IMAGE", "i", "OTHER", "o", "DEEP", "d"),
                Environment.of(all, source, null));
        assertEquals(
                Map.of("PATH", "/bin", "AWS_PROFILE", "a", "NHD_SYNCTHING", "/s"), Environment.of(all, null, "/s"));
    }

    private Optional<Programs> find(String path, Path bundled, Map<String, String> environment) {
        return Programs.find(new Settings(path, null, null, null, null, false), bundled, environment);
    }

    private Path program(String name) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        Files.createFile(path);
        path.toFile().setExecutable(true);
        return path;
    }
}
