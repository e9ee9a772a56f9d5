#!/usr/bin/env bash
# Packs the libraries, looks into the packages, and builds and runs an application that has the first two from them, in folders of its own:
# once with libtorch, and once without, when the error must name the packages to add.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

command -v unzip >/dev/null || { echo "Package test skipped: unzip is not installed."; exit 0; }
fail() { echo "Package test failed: $1" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Other packages come from the machine's own cache where it has them. It has none of this version, so that no old library is taken.
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
version=0.0.0-test.$(date +%s)

pack() { # project, what its package depends on, what more must be in it
    local name=$1 needs=$2 package symbols contents needed file
    shift 2
    dotnet pack "src/$name" -c Release -o "$work/feed" -p:PackageVersion="$version"
    package="$work/feed/$name.$version.nupkg"
    symbols="${package%.nupkg}.snupkg"
    [ -f "$package" ] && [ -f "$symbols" ] || fail "there is no package of $name with its symbols"

    contents=$(unzip -Z1 "$package")
    for file in README.md LICENSE icon.png "lib/net10.0/$name.dll" "lib/net10.0/$name.xml" "$@"; do
        grep -qx "$file" <<<"$contents" || fail "the package of $name lacks $file"
    done
    ! grep -q '^runtimes/' <<<"$contents" || fail "the package of $name has native libraries"
    grep -qx "lib/net10.0/$name.pdb" <<<"$(unzip -Z1 "$symbols")" || fail "the symbol package of $name lacks the symbols"
    needed=$(unzip -p "$package" "$name.nuspec" | sed -n 's/.*<dependency id="\([^"]*\)".*/\1/p' | sort | xargs)
    [ "$needed" = "$needs" ] || fail "the package of $name depends on $needed, not on $needs"
}

pack Gardener.MLNet \
    "Google.Protobuf Microsoft.Data.Sqlite Microsoft.ML OpenCvSharp4 System.IO.Hashing System.Numerics.Tensors TorchSharp" \
    buildTransitive/Gardener.MLNet.targets buildTransitive/MendElfLibrary.cs
pack Gardener.MLNet.Reporting "Gardener.MLNet ScottPlot"
pack Gardener.MLNet.Orleans "Gardener.MLNet Microsoft.Orleans.Server"

build() { # folder, further properties
    local folder=$1
    shift
    cp -r tests/PackageTest "$work/$folder"
    cp Directory.Build.props Directory.Packages.props .editorconfig NuGet.config "$work/"
    dotnet build "$work/$folder" -c Release -o "$work/$folder/out" -p:GardenerVersion="$version" \
        -p:RestorePackagesPath="$work/packages" -p:RestoreFallbackFolders="$cache" \
        -p:RestoreAdditionalProjectSources="$work/feed" "$@"
}

build with
dotnet "$work/with/out/PackageTest.dll" "$work/with/data"

build without -p:Torch=false
if message=$(dotnet "$work/without/out/PackageTest.dll" "$work/without/data" 2>&1); then
    fail "without libtorch there is no error"
fi
grep -q 'libtorch is not beside the application.*TorchSharp-cpu' <<<"$message" || fail "without libtorch the error says: $message"
echo "Package test passed: without libtorch the error names the packages to add."
