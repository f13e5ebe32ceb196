package dev.nhd.intellij.shell;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.intellij.diff.DiffContentFactory;
import com.intellij.diff.DiffManager;
import com.intellij.execution.ExecutionManager;
import com.intellij.execution.ExecutorRegistry;
import com.intellij.execution.filters.TextConsoleBuilderFactory;
import com.intellij.execution.process.ProcessHandler;
import com.intellij.execution.ui.ConsoleView;
import com.intellij.ide.util.PropertiesComponent;
import com.intellij.mock.MockApplication;
import com.intellij.mock.MockProject;
import com.intellij.notification.Notification;
import com.intellij.notification.Notifications;
import com.intellij.notification.NotificationsAdapter;
import com.intellij.notification.NotificationsManager;
import com.intellij.openapi.Disposable;
import com.intellij.openapi.actionSystem.ActionGroup;
import com.intellij.openapi.actionSystem.ActionManager;
import com.intellij.openapi.actionSystem.ActionToolbar;
import com.intellij.openapi.actionSystem.ex.ActionManagerEx;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.application.ModalityState;
import com.intellij.openapi.diagnostic.DefaultLogger;
import com.intellij.openapi.diagnostic.Logger;
import com.intellij.openapi.extensions.Extensions;
import com.intellij.openapi.fileEditor.FileDocumentManager;
import com.intellij.openapi.fileEditor.FileEditorManager;
import com.intellij.openapi.fileTypes.FileTypeManager;
import com.intellij.openapi.ide.CopyPasteManager;
import com.intellij.openapi.progress.ProgressManager;
import com.intellij.openapi.project.DumbService;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.project.ProjectManager;
import com.intellij.openapi.util.Disposer;
import com.intellij.openapi.vfs.VirtualFile;
import com.intellij.openapi.wm.ToolWindow;
import com.intellij.openapi.wm.ToolWindowManager;
import com.intellij.ui.content.Content;
import dev.nhd.client.Laptop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.swing.JComponent;
import javax.swing.SwingUtilities;

/**
 * As much of an IDE as the plugin touches: the platform's own mock application, its classes for trees, panels, actions,
 * tasks and notifications, and stand-ins for what only a whole IDE has.
 */
final class Ide implements AutoCloseable {
    static {
        // Before any class of the platform has its own.
        Logger.setFactory(Loggers.class);
        Extensions.registerAreaClass("IDEA_PROJECT", null);
    }

    final Disposable disposable = Disposer.newDisposable();
    final MockProject project;
    final Tasking tasks = new Tasking();
    final List<Notification> notifications = new CopyOnWriteArrayList<>();
    final List<ProcessHandler> consoles = new CopyOnWriteArrayList<>();
    final DiffManager diffs = mock(DiffManager.class);
    final FileEditorManager editors = mock(FileEditorManager.class);
    final CopyPasteManager clipboard = mock(CopyPasteManager.class);

    Ide(Laptop laptop) {
        MockApplication application = new Drawing(disposable);
        ApplicationManager.setApplication(application, disposable);
        project = new Opened(application, disposable, laptop);
        application.registerService(PropertiesComponent.class, new Properties());
        application.registerService(ProgressManager.class, tasks);
        application.registerService(FileDocumentManager.class, mock(FileDocumentManager.class));
        application.registerService(FileTypeManager.class, mock(FileTypeManager.class));
        application.registerService(DiffManager.class, diffs);
        application.registerService(DiffContentFactory.class, mock(DiffContentFactory.class, RETURNS_DEEP_STUBS));
        application.registerService(CopyPasteManager.class, clipboard);
        application.registerService(TextConsoleBuilderFactory.class, consoles());
        NotificationsManager shown = mock(NotificationsManager.class);
        application.registerService(NotificationsManager.class, shown);
        application.addComponent(NotificationsManager.class, shown);
        ExecutorRegistry executors = mock(ExecutorRegistry.class, RETURNS_DEEP_STUBS);
        application.registerService(ExecutorRegistry.class, executors);
        application.addComponent(ExecutorRegistry.class, executors);
        application.addComponent(ActionManager.class, actions());
        ProjectManager projects = mock(ProjectManager.class);
        when(projects.getOpenProjects()).thenReturn(new Project[] {project});
        application.addComponent(ProjectManager.class, projects);
        application.registerService(ProjectManager.class, projects);
        project.registerService(PropertiesComponent.class, new Properties());
        ExecutionManager execution = mock(ExecutionManager.class, RETURNS_DEEP_STUBS);
        project.registerService(ExecutionManager.class, execution);
        project.addComponent(ExecutionManager.class, execution);
        when(editors.getSelectedFiles()).thenReturn(new VirtualFile[0]);
        project.addComponent(FileEditorManager.class, editors);
        project.registerService(DumbService.class, mock(DumbService.class));
        project.addComponent(DumbService.class, mock(DumbService.class));
        project.addComponent(ToolWindowManager.class, mock(ToolWindowManager.class));
        project.getMessageBus().connect(disposable).subscribe(Notifications.TOPIC, new NotificationsAdapter() {
            @Override
            public void notify(Notification notification) {
                notifications.add(notification);
            }
        });
    }

    /** Nothing but that this class is there, and with it the logs. */
    static void prepare() {}

    /** What the tool window shows, as its factory makes it. */
    JComponent open(dev.nhd.intellij.shell.window.WindowFactory factory) {
        AtomicReference<JComponent> shown = new AtomicReference<>();
        ToolWindow window = mock(ToolWindow.class, RETURNS_DEEP_STUBS);
        Content content = mock(Content.class);
        when(window.getContentManager().getFactory().createContent(any(), anyString(), anyBoolean())).thenAnswer(call -> {
            shown.set(call.getArgument(0));
            return content;
        });
        factory.createToolWindowContent(project, window);
        Disposer.register(disposable, content);
        return shown.get();
    }

    /** A toolbar with a button for each action, drawn by hand: the IDE's own needs all of it. */
    private static ActionManager actions() {
        ActionManagerEx manager = mock(ActionManagerEx.class);
        when(manager.createActionToolbar(anyString(), any(ActionGroup.class), anyBoolean())).thenAnswer(call -> {
            ActionToolbar toolbar = mock(ActionToolbar.class);
            when(toolbar.getComponent()).thenReturn(new Toolbar(call.getArgument(1)));
            return toolbar;
        });
        return manager;
    }

    private TextConsoleBuilderFactory consoles() {
        TextConsoleBuilderFactory factory = mock(TextConsoleBuilderFactory.class, RETURNS_DEEP_STUBS);
        ConsoleView console = mock(ConsoleView.class);
        org.mockito.Mockito.doAnswer(call -> consoles.add(call.getArgument(0))).when(console).attachToProcess(any());
        when(factory.createBuilder(any(Project.class)).getConsole()).thenReturn(console);
        return factory;
    }

    @Override
    public void close() throws Exception {
        SwingUtilities.invokeAndWait(() -> Disposer.dispose(disposable));
    }

    /** Draws on Swing's thread, as an IDE does; the platform's own mock drops what is to be drawn. */
    private static final class Drawing extends MockApplication {
        Drawing(Disposable disposable) {
            super(disposable);
        }

        @Override
        public void invokeLater(Runnable task, ModalityState state) {
            SwingUtilities.invokeLater(task);
        }

        @Override
        public void invokeLater(Runnable task) {
            SwingUtilities.invokeLater(task);
        }
    }

    /** Whatever the platform reports as an error fails the test, but that the IDE's pictures are not in Debian's sources. */
    public static final class Loggers implements Logger.Factory {
        @Override
        public Logger getLoggerInstance(String category) {
            return new DefaultLogger(category) {
                @Override
                public void error(String message, Throwable error, String... details) {
                    if (!message.matches("Icon cannot be found in .*AllIcons.*")) {
                        super.error(message, error, details);
                    }
                }
            };
        }
    }

    private static final class Opened extends MockProject {
        private final String folder;

        Opened(MockApplication application, Disposable disposable, Laptop laptop) {
            super(application.getPicoContainer(), disposable);
            folder = laptop.source().toString();
        }

        @Override
        public String getBasePath() {
            return folder;
        }
    }
}
