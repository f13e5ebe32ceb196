#!/usr/bin/env bash
# Builds the platform that the plugin is compiled against and tested on, IDEA 2018.3, from Debian's source package, and
# prints its folder on standard output (and nothing else there): `platform.jar`, and `lib` with what it needs. Outside the
# repository, once for all worktrees; idempotent, quick when all is there, and what an interrupted build has finished is
# not done again. What is downloaded has the checksums of this folder, or is refused.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tests/debian.sh"

cache=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}
source=intellij-community-idea
version=183.5153.4
# Of 2018.3's libraries, those that only Debian has: as jars, for any JDK.
debian_libraries=(libjdom2-intellij-java libintellij-java-compatibility-java libnanoxml2-java libmicroba-java)
dependency_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
# What the platform takes from inside the JDK.
exports=(--add-exports=java.desktop/{sun.awt,sun.font,sun.swing,sun.java2d,sun.awt.image,java.awt.peer,sun.awt.X11}=ALL-UNNAMED
    --add-exports=java.base/{sun.nio.ch,jdk.internal.misc,sun.nio.fs,sun.reflect.misc}=ALL-UNNAMED)

say() { echo "platform: $*" >&2; }
fail() { say "$*"; exit 1; }

packages=()
command -v javac >/dev/null || packages+=(openjdk-17-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
command -v patch >/dev/null || packages+=(patch)
command -v xz >/dev/null || packages+=(xz-utils)
command -v flock >/dev/null || packages+=(util-linux)
install_packages platform "${packages[@]}"
for program in apt-get dpkg; do
    command -v $program >/dev/null || fail "there is no $program here: Debian's packages of $source are what is built"
done

# apt with lists of its own, of sources too: what this machine has configured says from where.
debian() {
    local lists=$work/apt file
    if [ ! -e "$lists/complete" ]; then
        rm -rf "$lists"
        mkdir -p "$lists/sources" "$lists/lists/partial" "$lists/cache/archives/partial"
        for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
            case $file in
            *.sources) sed 's/^Types:.*/Types: deb deb-src/' "$file" ;;
            *.list) sed -n 's/^deb \(.*\)/&\ndeb-src \1/p' "$file" ;;
            *) continue ;;
            esac >"$lists/sources/$(basename "$file")" 2>/dev/null || true
        done
        apt_get update
        touch "$lists/complete"
    fi
    apt_get "$@"
}

apt_get() {
    apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/apt/sources" \
        -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root "$@" >&2
}

checked() { # FOLDER SUMS
    (cd "$1" && sha256sum --quiet --check "$here/$2" >&2) ||
        fail "what was downloaded into $1 is not what $2 names: another version, or damaged; remove the folder to try again"
}

# Each step makes one folder, at once: one that was interrupted begins anew.

unpack_sources() { # FOLDER
    mkdir "$1.download"
    (cd "$1.download" && debian source --download-only "$source=$version-3")
    checked "$1.download" sources.sha256
    mkdir "$1"
    tar -xJf "$1.download/${source}_$version.orig.tar.xz" -C "$1" --strip-components=1 \
        --wildcards '*/platform' '*/jps' '*/LICENSE.txt' '*/NOTICE.txt'
    tar -xJf "$1.download/${source}_$version-3.debian.tar.xz" -C "$1"
    cd "$1"
    local change
    for change in java17-compatibility fix-platform-util-compilation remove-apple-awt-api; do
        patch -s -p1 <"debian/patches/$change.patch"
    done
    patch -s -p1 <"$here/edits.patch"
    # Of the JDK's own packages, which may not be added to.
    rm -r platform/util/src/org/w3c
}

fetch_libraries() { # FOLDER
    fetch_jars libraries "$1"
    mkdir "$1.debian"
    (cd "$1.debian" && debian download "${debian_libraries[@]}" && for package in *.deb; do dpkg -x "$package" .; done)
    local jar
    for jar in jdom2-intellij-2.0.6 intellij-java-compatibility-1.0.1 nanoxml-2.2.3 microba-0.4.4; do
        cp "$1.debian/usr/share/java/$jar.jar" "$1/" || fail "Debian has another version of $jar"
    done
    checked "$1" libraries.sha256
}

fetch_kotlin() { # FOLDER
    fetch_jars kotlin "$1"
    checked "$1" kotlin.sha256
}

fetch_jars() { # NAME FOLDER
    mkdir "$2"
    # Maven writes nothing beside the file that it is given.
    mkdir "$2.pom"
    cp "$here/$1.xml" "$2.pom/pom.xml"
    mvn -q -B -f "$2.pom/pom.xml" "$dependency_plugin:copy-dependencies" -DoutputDirectory="$2" >&2
}

roots() { sed "s|^|$work/sources/|" "$here/roots.txt"; }
libraries() { (IFS=:; jars=("$work"/libraries/*.jar); echo "${jars[*]}"); }

compile_kotlin() { # FOLDER
    local sources
    mapfile -t sources < <(roots)
    java -Xmx2g -cp "$work/kotlin/*" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -nowarn -no-stdlib -no-reflect \
        -language-version 1.3 -api-version 1.3 -Xjvm-default=enable -jvm-target 1.8 \
        -classpath "$(libraries)" -d "$1" "${sources[@]}" >&2
}

compile_java() { # FOLDER
    mkdir "$1"
    roots | xargs -I{} find {} -name '*.java' >"$1.files"
    javac -nowarn -proc:none -encoding UTF-8 -source 11 -target 11 -Xmaxerrs 50 -J-Xmx2g \
        "${exports[@]}" -cp "$work/kotlin-classes:$(libraries)" -d "$1" "@$1.files" 2>"$1.log" || {
        cat "$1.log" >&2
        return 1
    }
}

pack() { # FOLDER
    mkdir -p "$1/resources" "$1/lib"
    local root
    # Texts, icons' names and settings are read beside the classes.
    for root in $(roots) "$work"/sources/platform/{platform-resources-en/src,platform-resources/src,util/resources}; do
        (cd "$root" && find . -type f ! -name '*.java' ! -name '*.kt' ! -name '*.form' -print0 |
            tar -c --null -T - | tar -x -C "$1/resources")
    done
    cp "$work"/libraries/*.jar "$1/lib/"
    # Whoever has the jar on the class path has its libraries. A line of a manifest has 72 bytes at most.
    (cd "$1" && echo "Class-Path:" lib/*.jar) | sed 's/\(.\{70\}\)/\1\n /g' >"$1/manifest"
    jar --create --manifest "$1/manifest" --file "$1/platform.jar" \
        -C "$work/kotlin-classes" . -C "$work/java-classes" . -C "$1/resources" .
    rm -r "$1/resources" "$1/manifest"
    cp "$work"/sources/{LICENSE,NOTICE}.txt "$1/"
}

step() { # NAME DOES
    [ ! -d "$work/$1" ] || return 0
    local since=$SECONDS
    rm -rf "$work/$1".*
    # A folder that is being made has another name, so that the one with this name is whole.
    ("$2" "$work/$1.new")
    mv "$work/$1.new" "$work/$1"
    rm -rf "$work/$1".*
    say "$1: $((SECONDS - since)) s"
}

build() {
    step sources unpack_sources
    step libraries fetch_libraries
    step kotlin fetch_kotlin
    step kotlin-classes compile_kotlin
    step java-classes compile_java
    step packed pack
}

# Whatever this folder says otherwise is another platform.
sum=$(cd "$here" && sha256sum -- * | sha256sum | cut -c1-16)
folder=$cache/platform-$version-$sum
if [ ! -d "$folder" ]; then
    mkdir -p "$cache"
    # Two runs must not build at once: the second waits, and then finds everything there.
    exec {lock}>"$cache/platform.lock"
    flock "$lock"
    if [ ! -d "$folder" ]; then
        say "building IDEA's platform $version, which takes some two minutes once"
        work=$folder.building
        mkdir -p "$work"
        build
        mv "$work/packed" "$folder"
        rm -rf "$work"
    fi
    exec {lock}>&-
fi
echo "$folder"
