#!/usr/bin/env bash
# Packs the libraries, looks into the packages, and builds and runs an application that has the first two from them, in folders of its own:
# once with libtorch, and once without, when the error must name the packages to add. What it packed stays in artifacts/.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

fail() { echo "Package test failed: $1" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f artifacts/Gardener.MLNet.*nupkg
# The other packages come from the machine's own cache where it has them; the libraries must not, or they would be old ones.
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')

pack() { # project, what its package depends on, what more must be in it
    local name=$1 needs=$2 package symbols contents cached needed file
    shift 2
    dotnet pack "src/$name" -c Release -o artifacts
    package=$(echo "artifacts/$name".[0-9]*.nupkg)
    symbols="${package%.nupkg}.snupkg"
    [ -f "$package" ] && [ -f "$symbols" ] || fail "there is no package of $name, or more than one: $package $symbols"
    version=$(basename "$package" .nupkg)
    version=${version#"$name".}
    cached="$cache/${name,,}/$version"
    [ ! -e "$cached" ] || fail "remove $cached, which would be taken in the new one's place"

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
