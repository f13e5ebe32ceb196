package dev.nhd.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.Reader;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.junit.jupiter.api.Test;

/** Every method and every member that is written here is in the daemon's own description: a misspelled one is never filled. */
class InterfaceTest {
    private static final List<Class<?>> TYPES = List.of(
            HelloParams.class, HelloResult.class, StartParams.class, SessionSelector.class, SessionList.class,
            SessionStatus.class, WorkloadRef.class, PodStatus.class, SyncStatus.class, ForwardStatus.class,
            ErrorInfo.class, WaitParams.class, PlanResult.class, PlannedChange.class, Cursor.class,
            EventsParams.class, EventNotification.class, Event.class, ForwardStartParams.class,
            ForwardEndParams.class, SessionForward.class, ForwardList.class);

    private final JsonObject document = read();

    private static JsonObject read() {
        Path file = Laptop.REPOSITORY.resolve("docs/openrpc.json");
        try (Reader reader = Files.newBufferedReader(file)) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (java.io.IOException error) {
            throw new IllegalStateException("failed to read " + file, error);
        }
    }

    @Test
    void theDaemonHasTheseMethods() {
        Set<String> known = new TreeSet<>();
        document.getAsJsonArray("methods").forEach(method -> known.add(text(method, "name")));
        for (Method method : NhdDaemon.class.getMethods()) {
            String name = method.getAnnotation(JsonRequest.class).value();
            assertTrue(known.contains(name), name + " is not among " + known);
        }
    }

    @Test
    void theDaemonHasTheseMembers() {
        JsonObject schemas = document.getAsJsonObject("components").getAsJsonObject("schemas");
        for (Class<?> type : TYPES) {
            Set<String> known = members(schemas.get(type.getSimpleName()));
            Arrays.stream(type.getDeclaredFields()).map(java.lang.reflect.Field::getName)
                    .forEach(name -> assertTrue(known.contains(name), type + "." + name + " is not among " + known));
        }
    }

    /** Those of all variants, where there are several. */
    private static Set<String> members(JsonElement schema) {
        Set<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonElement> entry : schema.getAsJsonObject().entrySet()) {
            if (entry.getKey().equals("properties")) {
                names.addAll(entry.getValue().getAsJsonObject().keySet());
            }
            if (Stream.of("oneOf", "allOf", "anyOf").anyMatch(entry.getKey()::equals)) {
                entry.getValue().getAsJsonArray().forEach(variant -> names.addAll(members(variant)));
            }
        }
        return names;
    }

    private static String text(JsonElement object, String member) {
        return object.getAsJsonObject().get(member).getAsString();
    }
}
