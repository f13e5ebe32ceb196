package dev.nhd.client;

import com.google.gson.Gson;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The real one-node cluster of this test run. It is torn down with the JVM, however that ends. */
public final class Cluster {
    private static final Cluster SHARED = start();

    private final Path kubeconfig;
    private final KubernetesClient client;

    private Cluster(Path kubeconfig) {
        this.kubeconfig = kubeconfig;
        Config config = Config.fromKubeconfig(kubeconfig.toFile());
        if (config.getClientKeyData() != null && isEllipticCurve(config.getClientKeyData())) {
            // Of a PKCS #8 key the library knows the kind only when it is told.
            config.setClientKeyAlgo("EC");
        }
        client = new KubernetesClientBuilder().withConfig(config).build();
    }

    private static boolean isEllipticCurve(String keyData) {
        String pem = new String(Base64.getDecoder().decode(keyData), StandardCharsets.US_ASCII);
        byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
        try {
            KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
            return true;
        } catch (InvalidKeySpecException otherKind) {
            return false;
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }

    public static Cluster shared() {
        return SHARED;
    }

    private static Cluster start() {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(Laptop.binary("nhd-test-cluster").toString(), "up", "--until-stdin-closes");
            Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process)));
            BufferedReader answers = process.inputReader();
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("nhd-test-cluster ended; its messages are above");
            }
            return new Cluster(Path.of(new Gson().fromJson(line, Access.class).kubeconfig()));
        } catch (IOException error) {
            throw new IllegalStateException("failed to start the test cluster", error);
        }
    }

    private static void stop(Process process) {
        try {
            process.getOutputStream().close();
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException error) {
            process.destroy();
        }
    }

    public Path kubeconfig() {
        return kubeconfig;
    }

    /** A namespace of its own with the Deployment {@code web}, rolled out. */
    public String deploy() throws Exception {
        String namespace = "jvm-" + UUID.randomUUID().toString().substring(0, 8);
        client.resource(new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build()).create();
        client.serviceAccounts().inNamespace(namespace).withName("default")
                .waitUntilCondition(account -> account != null, 30, TimeUnit.SECONDS);
        try (InputStream manifest = Cluster.class.getResourceAsStream("/deployment.yaml")) {
            client.load(manifest).inNamespace(namespace).create();
        }
        client.apps().deployments().inNamespace(namespace).withName("web").waitUntilReady(60, TimeUnit.SECONDS);
        return namespace;
    }

    public Deployment web(String namespace) {
        return client.apps().deployments().inNamespace(namespace).withName("web").get();
    }

    public void delete(String namespace) {
        client.namespaces().withName(namespace).delete();
    }

    /** What a command prints in the dev container. */
    public String run(String namespace, String pod, String... command) throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (ExecWatch watch = client.pods().inNamespace(namespace).withName(pod).inContainer("nocalhost-dev")
                .writingOutput(output).exec(command)) {
            watch.exitCode().get(20, TimeUnit.SECONDS);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    private record Access(String kubeconfig) {}
}
