#!/usr/bin/env bash
# jc 1.26.1 reads /proc/pagetypeinfo of a kernel with CMA (every arm64 distribution kernel): in the table "Number of
# blocks type" it takes columns by place, not by their heading. The fifth number, CMA, is called "isolate", and the
# real column Isolate is dropped without a word. So 32 pageblocks of CMA read as 32 isolated ones.
# Seen: isolate 32 where the file says CMA 32, Isolate 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q jc==1.26.1 2>/dev/null
cat > "$folder/pagetypeinfo" <<'P'
Page block order: 9
Pages per block:  512

Free pages count per migrate type at order       0      1      2      3      4      5      6      7      8      9     10 
Node    0, zone      DMA, type    Unmovable      1      0      1      0      2      1      1      0      1      0      0 
Node    0, zone      DMA, type      Movable      0      0      0      0      0      0      0      0      0      1      3 
Node    0, zone      DMA, type  Reclaimable      0      0      0      0      0      0      0      0      0      0      0 
Node    0, zone      DMA, type   HighAtomic      0      0      0      0      0      0      0      0      0      0      0 
Node    0, zone      DMA, type          CMA      0      0      0      0      0      0      0      0      0      0     16 
Node    0, zone      DMA, type      Isolate      0      0      0      0      0      0      0      0      0      0      0 

Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic          CMA      Isolate 
Node 0, zone      DMA           10          212            2            0           32            0 
P
said=$("$folder/venv/bin/python" -c '
import sys, jc
print(jc.parse("proc_pagetypeinfo", open(sys.argv[1]).read(), quiet=True)["num_blocks_type"][0])
' "$folder/pagetypeinfo")
echo "$said"
[ "$said" = "{'node': 0, 'zone': 'DMA', 'unmovable': 10, 'movable': 212, 'reclaimable': 2, 'high_atomic': 0, 'isolate': 32}" ] ||
  { echo "jc behaves otherwise now"; exit 1; }
