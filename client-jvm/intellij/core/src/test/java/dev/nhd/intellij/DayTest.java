package dev.nhd.intellij;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nhd.client.Cluster;
import dev.nhd.client.DaemonException;
import dev.nhd.client.Laptop;
import dev.nhd.client.Wait;
import dev.nhd.client.protocol.ErrorKind;
import dev.nhd.client.protocol.PlanResult;
import dev.nhd.client.protocol.PlannedChange;
import dev.nhd.client.protocol.SessionStatus;
import dev.nhd.intellij.act.Act;
import dev.nhd.intellij.daemon.DaemonState;
import dev.nhd.intellij.doctor.Scaffold;
import dev.nhd.intellij.forward.Forwards;
import dev.nhd.intellij.forward.Ports;
import dev.nhd.intellij.start.Outcome;
import dev.nhd.intellij.start.StartForm;
import dev.nhd.intellij.start.StartForms;
import dev.nhd.intellij.start.StartRequest;
import dev.nhd.intellij.stream.ConsoleStream;
import dev.nhd.intellij.stream.Streams;
import dev.nhd.intellij.tree.Row;
import dev.nhd.intellij.tree.Subject;
import dev.nhd.intellij.words.Texts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a developer does in a day, with the real daemon and a real pod. */
class DayTest {
    private static final String IMAGE = "nhd-tests/dev:1";

    private final Cluster cluster = Cluster.shared();
    private Laptop laptop;
    private Desk desk;
    private String namespace;

    @BeforeEach
    void set() throws Exception {
        laptop = new Laptop();
        desk = new Desk(laptop);
        namespace = cluster.deploy();
    }

    @AfterEach
    void close() throws Exception {
        desk.close();
        laptop.close();
        cluster.delete(namespace);
    }

    @Test
    void fromTheTreeIntoDevModeAndBack() throws Exception {
        String id = desk.unfold(namespace) + "/deployment/web";
        Row free = desk.await(id, row -> row.detail().equals("1 of 1 ready"));
        assertTrue(desk.possible(free).containsAll(Set.of(Act.START, Act.PLAN, Act.FOLLOW_LOG)), free.toString());
        Subject.Workload workload = (Subject.Workload) free.subject();

        StartForms forms = new StartForms(desk.nhd.daemon(), desk.memory, Texts.ENGLISH);
        StartForm first = forms.of(desk.web(namespace, null), workload.summary().containers(), laptop.source().toString());
        assertEquals("app", first.container());
        assertFalse(first.images().isEmpty());
        StartRequest gone = new StartRequest(desk.target.place(), workload.summary().workload(), null, null, "/no/such");
        assertEquals(laptop.source().toString(), forms.of(gone, List.of("app"), laptop.source().toString()).source());
        StartRequest request = desk.web(namespace, IMAGE);
        PlanResult plan = desk.starts.plan(request);
        assertTrue(plan.changes().stream().map(PlannedChange::after).anyMatch(after -> after.contains(IMAGE)));

        assertEquals(Outcome.DONE, desk.starts.start(request, desk));
        assertFalse(desk.said.isEmpty());
        assertEquals(desk.fractions.stream().sorted().toList(), desk.fractions, "a bar never goes back");
        SessionStatus status = desk.nhd.sessions().live().get(0);
        Row inDevMode = desk.await("session/" + status.session(), row -> row.detail().endsWith("in sync"));
        assertTrue(desk.possible(inDevMode).containsAll(Set.of(Act.END, Act.OPEN_TERMINAL)), inDevMode.toString());
        desk.await(id, row -> row.detail().equals("in DevMode here"));
        StartForm again = forms.of(desk.web(namespace, null), List.of("app"), "/elsewhere");
        assertEquals(IMAGE, again.image());
        assertEquals(laptop.source().toString(), again.source());
        assertTrue(again.isComplete());

        assertEquals(Outcome.DONE, desk.starts.end(status, desk));
        desk.await(id, row -> row.subject() instanceof Subject.Workload it && it.own() == null && it.summary().devMode() == null);
        assertEquals(List.of(), desk.nhd.sessions().all());
        assertEquals("nhd-tests/app:1",
                cluster.web(namespace).getSpec().getTemplate().getSpec().getContainers().get(0).getImage());
        assertEquals(1, laptop.processes().size(), "no process but the daemon: " + laptop.processes());
    }

    @Test
    void terminalsLogsCommandsAndForwards() throws Exception {
        Path configuration = laptop.source().resolve(".nocalhost/config.yaml");
        Files.createDirectory(configuration.getParent());
        Files.writeString(configuration, """
                name: web
                serviceType: deployment
                containers:
                  - name: ""
                    dev:
                      command:
                        run: ["echo running $(cat first.txt); sleep 600"]
                """);
        desk.starts.start(desk.web(namespace, IMAGE), desk);
        SessionStatus status = desk.nhd.sessions().live().get(0);
        Streams streams = new Streams(desk.nhd.daemon(), Texts.ENGLISH);

        Screen shell = new Screen();
        ConsoleStream terminal = streams.terminal(status, shell);
        shell.show(terminal);
        terminal.stdin().write("echo sum-$((40 + 2))\n".getBytes(StandardCharsets.UTF_8));
        shell.await("sum-42\n");
        Row row = desk.await("stream/" + terminal.status().stream(), it -> true);
        assertEquals(Set.of(Act.SHOW_STREAM, Act.END_STREAM), desk.possible(row));
        Screen second = new Screen();
        second.show(streams.attach(terminal.status(), second));
        second.await("sum-42\n");
        streams.end(terminal.status());
        shell.await("It was closed.");

        // Saved, and in the pod before the command runs.
        laptop.save("first.txt", "later");
        Screen run = new Screen();
        ConsoleStream command = streams.run(status, "run", run);
        run.show(command);
        run.await("running later");
        Screen anew = new Screen();
        anew.show(streams.run(status, "run", anew));
        run.await("It was closed.");
        anew.await("running later");

        Forwards forwards = new Forwards(desk.nhd.daemon(), Texts.ENGLISH);
        forwards.suggested(status.session());
        int local = forwards.add(status.session(), new Ports(null, 9080)).localPort();
        String id = "session/" + status.session() + "/forward/" + local + "/9080";
        Row forward = desk.await(id, it -> true);
        forwards.end(status.session(), ((Subject.Forward) forward.subject()).forward());
        Wait.until("the forward is gone", Desk.LIMIT, () -> desk.all().noneMatch(it -> it.id().equals(id)));

        Screen log = new Screen();
        log.show(streams.log(status, false, log));
        desk.starts.end(status, desk);
        Wait.until("the log has ended", Desk.LIMIT, () -> log.exitCode() != null);
    }

    @Test
    void whoeverCancelsAStartGetsTheWorkloadBack() throws Exception {
        desk.isCancelled = true;
        assertEquals(Outcome.CANCELLED, desk.starts.start(desk.web(namespace, IMAGE), desk));
        assertEquals(List.of(), desk.nhd.sessions().all());
        assertEquals("nhd-tests/app:1",
                cluster.web(namespace).getSpec().getTemplate().getSpec().getContainers().get(0).getImage());
    }

    @Test
    void aStartThatFailsIsThrownWithItsReason() throws Exception {
        StartRequest nowhere = new StartRequest(desk.target.place(), desk.web(namespace, IMAGE).workload(), null, IMAGE, "/no/such");
        assertEquals(ErrorKind.SOURCE_MISSING,
                assertThrows(DaemonException.class, () -> desk.starts.start(nowhere, desk)).kind());
        StartRequest web = desk.web("no-such-namespace", IMAGE);
        DaemonException refused = assertThrows(DaemonException.class, () -> desk.starts.start(web, desk));
        assertTrue(Set.of(ErrorKind.WORKLOAD_NOT_FOUND, ErrorKind.NAMESPACE_NOT_FOUND).contains(refused.kind()), refused.kind());
        Row failed = desk.await("session/" + refused.session(), row -> row.detail().endsWith("failed"));
        assertTrue(desk.possible(failed).contains(Act.DISMISS));
    }

    @Test
    void aDaemonThatGoesIsSaidAndComesBackWhenItIsWanted() throws Exception {
        desk.nhd.daemon().attach();
        assertEquals(DaemonState.AWAY, desk.nhd.daemon().state());
        assertEquals(List.of(), laptop.processes(), "looking starts nothing");
        desk.starts.start(desk.web(namespace, IMAGE), desk);
        String session = desk.nhd.sessions().live().get(0).session();
        laptop.cli("daemon", "stop");
        Row away = desk.await("session/" + session + "/away", row -> true);
        assertEquals(Set.of(Act.START_DAEMON), desk.possible(away));
        Wait.until("nothing runs", Desk.LIMIT, () -> laptop.processes().isEmpty());
        desk.nhd.daemon().client();
        desk.await("session/" + session, row -> row.detail().endsWith("in sync"));
        desk.nhd.daemon().restart();
        desk.await("session/" + session, row -> row.detail().endsWith("in sync"));
        assertEquals(Outcome.DONE, desk.starts.end(desk.nhd.sessions().live().get(0), desk));
    }

    @Test
    void whatSomebodyElseHasIsTakenOver() throws Exception {
        try (Laptop other = new Laptop(); Desk theirs = new Desk(other)) {
            String id = desk.unfold(namespace) + "/deployment/web";
            desk.await(id, row -> desk.possible(row).contains(Act.START));
            theirs.starts.start(theirs.web(namespace, IMAGE), theirs);
            Row taken = desk.await(id, row -> row.detail().startsWith("tester@"));
            assertTrue(desk.possible(taken).contains(Act.TAKE_OVER));
            assertFalse(desk.possible(taken).contains(Act.START));
            assertEquals(Outcome.DONE, desk.starts.takeOver(desk.web(namespace, IMAGE), desk));
            desk.await(id, row -> row.detail().equals("in DevMode here"));
            desk.starts.end(desk.nhd.sessions().live().get(0), desk);
        }
    }

    @Test
    void aFirstConfigurationIsWrittenOnce() throws Exception {
        StartRequest web = desk.web(namespace, null);
        Path file = Scaffold.create(desk.nhd.daemon(), web.place(), web.workload(), laptop.source());
        assertTrue(Files.readString(file).contains("image:"), Files.readString(file));
        Files.writeString(file, "mine");
        Scaffold.create(desk.nhd.daemon(), web.place(), web.workload(), laptop.source());
        assertEquals("mine", Files.readString(file));
    }
}
