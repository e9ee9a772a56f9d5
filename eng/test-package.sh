#!/usr/bin/env bash
# Packs the library and builds and runs an application that has it from the package, in folders of its own: once with libtorch,
# and once without, when the error must name the packages to add. Takes a minute or two. What it packed stays in artifacts/.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

fail() { echo "Package test failed: $1" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -f artifacts/Gardener.MLNet.*nupkg
dotnet pack src/Gardener.MLNet -c Release -o artifacts
package=$(echo artifacts/Gardener.MLNet.*.nupkg)
symbols="${package%.nupkg}.snupkg"
[ -f "$package" ] && [ -f "$symbols" ] || fail "there is no package, or more than one: $package $symbols"
version=$(basename "$package" .nupkg)
version=${version#Gardener.MLNet.}

# The other packages come from the machine's own cache where it has them; the library must not, or it would be an old one.
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
[ ! -e "$cache/gardener.mlnet/$version" ] || fail "remove $cache/gardener.mlnet/$version, which would be taken in the new one's place"

contents=$(unzip -Z1 "$package")
for file in README.md LICENSE icon.png lib/net10.0/Gardener.MLNet.dll lib/net10.0/Gardener.MLNet.xml \
    buildTransitive/Gardener.MLNet.targets buildTransitive/MendElfLibrary.cs; do
    grep -qx "$file" <<<"$contents" || fail "the package lacks $file"
done
! grep -q '^runtimes/' <<<"$contents" || fail "the package has native libraries"
grep -qx lib/net10.0/Gardener.MLNet.pdb <<<"$(unzip -Z1 "$symbols")" || fail "the symbol package lacks the symbols"
needed=$(unzip -p "$package" Gardener.MLNet.nuspec | sed -n 's/.*<dependency id="\([^"]*\)".*/\1/p' | sort | xargs)
expected="Google.Protobuf Microsoft.Data.Sqlite Microsoft.ML OpenCvSharp4 System.IO.Hashing System.Numerics.Tensors TorchSharp"
[ "$needed" = "$expected" ] || fail "the package depends on $needed, not on $expected"

build() { # folder, further properties
    local folder=$1
    shift
    cp -r tests/PackageTest "$work/$folder"
    cp Directory.Build.props Directory.Packages.props .editorconfig NuGet.config "$work/"
    dotnet build "$work/$folder" -c Release -o "$work/$folder/out" -p:GardenerVersion="$version" \
        -p:RestorePackagesPath="$work/packages" -p:RestoreFallbackFolders="$cache" \
        -p:RestoreAdditionalProjectSources="$PWD/artifacts" "$@"
}

build with
dotnet "$work/with/out/PackageTest.dll" "$work/with/data"

build without -p:Torch=false
if message=$(dotnet "$work/without/out/PackageTest.dll" "$work/without/data" 2>&1); then
    fail "without libtorch there is no error"
fi
grep -q 'libtorch is not beside the application.*TorchSharp-cpu' <<<"$message" || fail "without libtorch the error says: $message"
echo "Package test passed: without libtorch the error names the packages to add."
