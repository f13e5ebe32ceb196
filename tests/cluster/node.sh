#!/bin/sh
# The first process of the node's pid and mount namespace: runs containerd and, once told to, the kubelet. When its
# standard input closes it ends, and with it, as pid 1, everything on the node. Arguments: ROOT KUBERNETES.
set -eu
root=$1
kubernetes=$2

# These programs keep state at fixed places. Here those are overlays in this mount namespace, so that nothing is
# left behind on the host and two nodes do not meet.
for folder in /run /var/lib /var/log; do
    mkdir -p "$root/private$folder/upper" "$root/private$folder/work"
    mount -t overlay overlay -o "lowerdir=$folder,upperdir=$root/private$folder/upper,workdir=$root/private$folder/work" "$folder"
done

# Background jobs of a shell without job control read /dev/null, hence the copy.
exec 3<&0

PATH=$PATH:/usr/sbin:/sbin
containerd --config "$root/containerd.toml" >"$root/logs/containerd.log" 2>&1 3<&- &

# The parent says so when the API server answers: a kubelet that starts earlier backs off for seconds.
read -r _ <&3 || exit 0

(
    exec 3<&-
    while :; do
        # A kubelet that a test has killed comes back, as under any init.
        "$kubernetes/kubelet" --config "$root/kubelet.yaml" --kubeconfig "$root/kubelet.kubeconfig" \
            --root-dir "$root/kubelet" --cert-dir "$root/kubelet/pki" --hostname-override localhost --v 1 || true
        echo "node.sh: the kubelet ended" >&2
        sleep 1
    done
) >"$root/logs/kubelet.log" 2>&1 &

# `wait` (unlike a bare read) also reaps the shims that containerd leaves to pid 1.
cat <&3 >/dev/null &
wait $!
