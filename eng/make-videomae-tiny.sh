#!/usr/bin/env bash
# Makes the two checkpoints that the library brings, from the beginning: some four hours of one core.
#   eng/make-videomae-tiny.sh UCF-101 CLIPS WORK
# UCF-101: the class folders of the data set; of the classes that are absent nothing is learnt. CLIPS: a folder of other videos.
# WORK: where everything goes; the same command again goes on from what is there.
set -euo pipefail
[ $# -eq 3 ] || { sed -n 2,6p "$0" >&2; exit 2; }
data=$(realpath "$1") clips=$(realpath "$2") work=$(realpath -m "$3")
cd "$(dirname "$0")/.."
gardener() { dotnet run --no-build --project src/Gardener.MLNet.Samples -c Release -- "$@"; }
dotnet build src/Gardener.MLNet.Samples -c Release
mkdir -p "$work"
shipped=src/Gardener.MLNet/Checkpoints/Shipped

[ -d "$work/made" ] || gardener motion --difficulty hard --clips 1 --frames 32 --seed 77 -o "$work/made"
[ -d "$work/pretrained" ] || gardener pretrain --data "$data" --on-error skip --videos "$clips" "$work/made" \
    --epochs 1000 --batch-size 32 --learning-rate 1e-3 --seed 1 --resume-folder "$work/masking" -o "$work/pretrained"

# phase NAME BEFORE SEED CLIPS STAGES OPTIONS...: one training with labels, which begins with the checkpoint of another.
phase() {
    local name=$1 before=$2 seed=$3 count=$4 stages=$5
    shift 5
    [ -d "$work/$name" ] || gardener curriculum "$work/$before" --seed "$seed" --clips "$count" --stages "$stages" "$@" \
        --resume-folder "$work/stages-$name" -o "$work/$name"
}
phase a pretrained 1 110000 20
phase b a 2 100000 16 --looks 0.05,0.06,0.17,0.72 --learning-rate 7e-4
phase c b 4 60000 6 --looks 0.6,0.3,0.1,0 --plain 0.7 --turning 0.5 --precision bfloat16
phase d c 5 20000 4 --looks 0.6,0.4,0,0 --plain 0.7 --turning 0.7 --precision bfloat16
phase e d 6 20000 4 --looks 0.1,0.2,0.6,0.1 --plain 0.7 --turning 0.5 --precision bfloat16
phase f e 7 160000 16 --looks 0.05,0.05,0.25,0.65 --plain 0.65 --turning 0.4 --precision bfloat16
phase g f 8 100000 10 --looks 0.03,0.04,0.18,0.75 --plain 0.7 --turning 0.5 --learning-rate 8e-4 --precision bfloat16
phase h g 9 95000 10 --looks 0.02,0.03,0.1,0.85 --plain 0.9 --turning 0.35 --learning-rate 8e-4 --precision bfloat16
phase i h 10 85000 8 --looks 0.02,0.02,0.08,0.88 --plain 0.9 --turning 0.45 --compressed 0.5 --learning-rate 8e-4 --precision bfloat16

gardener prune "$work/pretrained" --remove 0 --dtype float16 -o "$work/videomae-tiny-pretrained.safetensors"
gardener prune "$work/i" --remove 0 --dtype float16 -o "$work/videomae-tiny.safetensors"
cp "$work"/videomae-tiny*.safetensors "$shipped"
