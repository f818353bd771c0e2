#!/bin/sh
# Install Bangfu from this folder on a machine without a network. As root: ./install.sh [/opt/bangfu]
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target=${1:-/opt/bangfu}
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新 / Python 3.11 or newer is needed"; exit 1; }
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || { echo "文件不完整，请重新拷贝 / files are damaged; copy the folder again"; exit 1; }
mkdir -p "$target"
"$python" -m venv "$target/venv"
"$target/venv/bin/python" -m pip install --quiet --no-index --find-links "$here/wheels" --require-hashes -r "$here/requirements.txt"
"$target/venv/bin/python" -m pip install --quiet --no-index --no-deps "$here"/wheels/bangfu-*.whl
rm -rf "$target/rulebook" "$target/docs" "$target/deploy"
cp -R "$here/rulebook" "$here/docs" "$here/deploy" "$target/"
echo "已安装 / installed: $target/venv/bin/bangfu"
echo "下一步 / next: BANGFU_HOME=… BANGFU_RULEBOOK=$target/rulebook/cn $target/venv/bin/bangfu migrate; $target/docs/howto/install.md"
