#!/usr/bin/env bash
# Proves on Linux that a program outside this repository can use the framework from packages alone: packs Abstractions,
# Modules and Framework, builds a console program against them, runs it from its build output (natives in the package
# cache) and from its publish output (natives beside it). Everything lies in a temporary directory and goes with it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
# A version of its own: the package cache would otherwise keep serving the packages of an earlier run.
version="0.0.0-host.$(date +%s)"
clean() {
  rm -rf "$work"
  for package in abstractions modules framework; do
    rm -rf "$cache/irconstyle.$package/$version"
    rmdir "$cache/irconstyle.$package" 2>/dev/null || true
  done
}
trap clean EXIT

fail() {
  echo "third-party host: $1" >&2
  exit 1
}

property() {
  dotnet msbuild "$root/src/IRConStyle.Framework/IRConStyle.Framework.csproj" -getProperty:"$1" | tr -d '[:space:]'
}

item_version() {
  sed -n "s|.*PackageVersion Include=\"$1\" Version=\"\([^\"]*\)\".*|\1|p" "$root/Directory.Packages.props"
}

for project in Abstractions Modules Framework; do
  dotnet pack "$root/src/IRConStyle.$project" -c Release -o "$work/feed" -p:PackageVersion="$version" -v:q -nologo
done

mkdir "$work/app"
cd "$work/app"
cp "$here/Program.cs" .
sed -e "s|@VERSION@|$version|" -e "s|@LIBTORCH@|$(property LibTorchVersion)|" \
  -e "s|@EXTENSIONS@|$(item_version Microsoft.Extensions.DependencyInjection)|" \
  "$here/ThirdPartyHost.csproj.template" > ThirdPartyHost.csproj
cat > nuget.config <<CONFIG
<configuration>
  <packageSources>
    <add key="feed" value="$work/feed" />
  </packageSources>
</configuration>
CONFIG

echo "build and run"
dotnet build -c Release -o "$work/build" -v:q -nologo -clp:NoSummary
output=$(dotnet "$work/build/ThirdPartyHost.dll")
echo "$output"
# Looked for after the run, because TorchSharp's own search would copy them too.
copies=$(find "$work/build" -iname 'libtorch*')
[[ -z $copies ]] || fail "the build output holds native tensor libraries: $copies"
[[ $output == *"sum 6"* ]] || fail "the built program does not restore"
[[ $output == *"libtorch $cache/"* ]] || fail "the built program does not load libtorch from the package cache"

echo "publish and run"
dotnet publish -c Release -o "$work/published" -v:q -nologo -clp:NoSummary
output=$(NUGET_PACKAGES="$work/nowhere" HOME="$work" dotnet "$work/published/ThirdPartyHost.dll")
echo "$output"
[[ $output == *"sum 6"* ]] || fail "the published program does not restore"
[[ $output == *"libtorch $work/published/"* ]] || fail "the published program does not load libtorch from its own directory"
echo "third-party host: passed"
