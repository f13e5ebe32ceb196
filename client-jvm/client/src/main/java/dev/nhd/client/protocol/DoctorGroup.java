// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What a check is about. A later daemon may say words that are not here. */
public final class DoctorGroup {
    /** The daemon and its sessions. */
    public static final String DAEMON = "daemon";

    /** This machine: programs, limits, disk, socket. */
    public static final String MACHINE = "machine";

    /** The kubeconfig and the credentials in it. */
    public static final String KUBECONFIG = "kubeconfig";

    /** The API server. */
    public static final String CLUSTER = "cluster";

    /** What the user may do in the namespace. */
    public static final String PERMISSIONS = "permissions";

    /** What earlier sessions left, here and in the namespace. */
    public static final String LEFTOVERS = "leftovers";

    private DoctorGroup() {}
}
