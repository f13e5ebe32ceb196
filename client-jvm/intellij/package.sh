#!/usr/bin/env bash
# Makes the plugin's package and prints its path on standard output (and nothing else there): the plugin's own jars, the
# libraries that they need, licences, and nothing of the IDE's platform. It is read as JetBrains' Marketplace does, and is
# not there where that refuses it. Programs (`nhd`, syncthing) are not in it: the user has them.
set -euo pipefail
cd "$(dirname "$0")"

cache=${NHD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nhd-tests}
dependency_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
platform=$(platform/build.sh)
version=$(sed -n 's|.*<version>\(.*\)</version>.*|\1|p' shell/src/main/resources/META-INF/plugin.xml)

folder=$PWD/shell/target/package
rm -rf "$folder"
mkdir -p "$folder/nhd/lib"
mvn -q -B -f ../pom.xml package "$dependency_plugin:copy-dependencies" -DskipTests "-Dnhd.platform=$platform" \
    -pl intellij/shell -am -DincludeScope=runtime -DexcludeArtifactIds=platform -DoutputDirectory="$folder/lib" >&2
cp "$folder"/lib/*.jar "shell/target/nhd-intellij-$version.jar" "$folder/nhd/lib/"
cp ../../LICENSE package/NOTICE "$folder/nhd/"
# Each library that is packed is in the notice with its licence, and none is that is not packed.
packed=$(cd "$folder/nhd/lib" && printf '%s\n' *.jar | grep -v '^nhd-' | sort)
named=$(sed -n 's/^\([^ ]*\.jar\) .*/\1/p' package/NOTICE | sort)
[ "$packed" = "$named" ] || { printf 'package.sh: NOTICE names\n%s\nand packed is\n%s\n' "$named" "$packed" >&2; exit 1; }
# What is compiled against is the IDE's to bring.
foreign=$(for jar in "$folder"/nhd/lib/*.jar; do jar --list --file "$jar"; done | grep '^com/intellij/' || true)
[ -z "$foreign" ] || { printf "package.sh: of the IDE's platform:\n%s\n" "$foreign" >&2; exit 1; }
(cd "$folder" && jar --create --no-manifest --file "nhd-$version.new" nhd)

checker=$cache/intellij-checker-$(sha256sum package/checker.xml | cut -c1-16)
if [ ! -d "$checker" ]; then
    mkdir -p "$cache"
    making=$(mktemp -d "$checker.XXXX")
    cp package/checker.xml "$making/pom.xml"
    mvn -q -B -f "$making/pom.xml" "$dependency_plugin:copy-dependencies" -DoutputDirectory="$making" >&2
    # Another run may have made it meanwhile.
    mv -T "$making" "$checker" 2>/dev/null || rm -rf "$making"
fi
mv "$folder/nhd-$version.new" "$folder/nhd-$version.zip"
java -cp "$checker/*" package/Check.java "$folder/nhd-$version.zip" 2> >(grep -v ^SLF4J >&2) >&2 || { rm "$folder/nhd-$version.zip"; exit 1; }
echo "$folder/nhd-$version.zip"
