package dev.nhd.intellij.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import dev.nhd.client.protocol.DoctorReport;
import dev.nhd.intellij.words.Texts;
import org.junit.jupiter.api.Test;

class DoctorPageTest {
    @Test
    void aReportSaysWhatIsWrongAndWhatToDo() {
        DoctorReport report = new Gson().fromJson("""
                {"at":"2026-11-28T10:00:00Z","version":"0.1.0","context":"dev","checks":[
                {"id":"a","group":"machine","state":"ok","title":"there is room","detail":"hidden","elapsedMs":1},
                {"id":"b","group":"cluster","state":"failed","title":"no cluster","detail":"one\\ntwo","elapsedMs":1,
                "remedies":[{"text":"start it","command":"up"}]}]}""", DoctorReport.class);
        assertEquals("""
                nhd 0.1.0, 2026-11-28T10:00:00Z, dev
                1 ok, 0 to mind, 1 wrong, 0 not looked at

                This machine
                  ✓ there is room

                The cluster
                  ✗ no cluster
                      one
                      two
                      → start it
                        $ up
                """, new DoctorPage(Texts.ENGLISH).of(report));
    }
}
