#!/usr/bin/env bash
# Proves on Linux that people outside this repository can use the framework from packages alone. A program: builds a console
# program against the packages, runs it from its build output (natives in the package cache) and from its publish output (natives
# beside it). A plugin: builds what docs/plugins.md shows, out of the page itself, and checks it by the command and by a test project.
# Everything lies in a temporary directory and goes with it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
page=$root/docs/plugins.md
work=$(mktemp -d)
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
packages=(Abstractions Modules Framework Training Evaluation Testing)
# A version of its own: the package cache would otherwise keep serving the packages of an earlier run.
version="0.0.0-host.$(date +%s)"
clean() {
  rm -rf "$work"
  for package in "${packages[@],,}"; do
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

# The page's code blocks that bear this file name, one after the other, with the packages of this run.
from_page() {
  mkdir -p "$(dirname "$1")"
  awk -v file="$1" '$0 ~ "^```[a-z]+ " && $2 == file { inside = 1; next } /^```/ { if (inside) print ""; inside = 0 } inside' "$page" |
    sed -e "s|\(Include=\"IRConStyle[^\"]*\" Version=\"\)[^\"]*|\1$version|" -e "s|\(key=\"irconstyle\" value=\"\)[^\"]*|\1$work/feed|" > "$1"
  [[ -s $1 ]] || fail "docs/plugins.md shows no $1"
}

build() {
  dotnet build "$1" -c Release -v:q -nologo -clp:NoSummary
}

# As the page has it.
dotnet pack "$root/IRConStyle.Framework.sln" -c Release -o "$work/feed" -p:PackageVersion="$version" -v:q -nologo
for package in "${packages[@]}"; do
  [[ -f $work/feed/IRConStyle.$package.$version.nupkg ]] || fail "IRConStyle.$package is not packed"
done
cd "$work"
from_page nuget.config

echo "a program"
mkdir app
cp "$here/Program.cs" app
sed -e "s|@VERSION@|$version|" -e "s|@LIBTORCH@|$(property LibTorchVersion)|" \
  -e "s|@EXTENSIONS@|$(item_version Microsoft.Extensions.DependencyInjection)|" \
  "$here/ThirdPartyHost.csproj.template" > app/ThirdPartyHost.csproj
build app
output=$(dotnet app/bin/Release/net10.0/ThirdPartyHost.dll)
echo "$output"
# Looked for after the run, because TorchSharp's own search would copy them too.
copies=$(find app/bin -iname 'libtorch*')
[[ -z $copies ]] || fail "the build output holds native tensor libraries: $copies"
[[ $output == *"sum 6"* ]] || fail "the built program does not restore"
[[ $output == *"libtorch $cache/"* ]] || fail "the built program does not load libtorch from the package cache"

echo "the program, published"
dotnet publish app -c Release -o published -v:q -nologo -clp:NoSummary
output=$(NUGET_PACKAGES="$work/nowhere" HOME="$work" dotnet published/ThirdPartyHost.dll)
echo "$output"
[[ $output == *"sum 6"* ]] || fail "the published program does not restore"
[[ $output == *"libtorch $work/published/"* ]] || fail "the published program does not load libtorch from its own directory"
rm -rf published

echo "plugins as docs/plugins.md shows them"
from_page DropInBackbone/DropInBackbone.csproj
from_page DropInBackbone/DropInPlugin.cs
from_page EveryKind/EveryKind.cs
cp DropInBackbone/DropInBackbone.csproj EveryKind/EveryKind.csproj
build DropInBackbone
build EveryKind
mkdir my-plugins
for plugin in DropInBackbone EveryKind; do
  cp -r "$plugin/bin/Release/net10.0" "my-plugins/$plugin"
  foreign=$(find "my-plugins/$plugin" -type f ! -name "$plugin.*")
  [[ -z $foreign ]] || fail "the plugin's folder holds what the program has: $foreign"
done
build "$root/src/IRConStyle.Cli"
irconstyle() {
  dotnet "$root/src/IRConStyle.Cli/bin/Release/net10.0/irconstyle.dll" "$@"
}
output=$(irconstyle plugins test my-plugins) || fail "the page's plugins do not pass: $output"
echo "$output"
for component in drop-in-unet one-convolution mean-filters modulation photos dim log-cosh closeness rmse halving; do
  [[ $output == *" $component "* ]] || fail "$component is not tested"
done
[[ $output == *" passed, 0 failed" ]] || fail "not everything is checked"

echo "a plugin that would carry what the program has"
mkdir Careless
sed -e 's| ExcludeAssets="[^"]*" PrivateAssets="all"||' DropInBackbone/DropInBackbone.csproj > Careless/Careless.csproj
output=$(build Careless) && fail "a plugin that carries TorchSharp is built"
[[ $output == *"IRCONSTYLE1: The plugin would carry "*"ExcludeAssets="* ]] || fail "the build does not say what is wrong: $output"

echo "its test project"
from_page DropInBackbone.Tests/DropInBackbone.Tests.csproj
from_page DropInBackbone.Tests/ContractTests.cs
dotnet test DropInBackbone.Tests -c Release -v:q -nologo | tee tests.log
grep -q 'Passed!' tests.log || fail "the plugin's tests do not pass"
echo "third-party host: passed"
