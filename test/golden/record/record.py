"""Records a library's curves in a fresh virtual environment: python3 record.py <library> [arguments of its script]."""
import pathlib
import re
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "record"


def main():
    if len(sys.argv) < 2:
        known = sorted(p.stem.removeprefix("record_") for p in HERE.glob("record_*.py") if p.stem != "record_common")
        sys.exit(f"usage: record.py LIBRARY ...   (one of {', '.join(known)})")
    library, *rest = sys.argv[1:]
    script = HERE / f"record_{library}.py"
    pins = re.search(r"Pins: ([^\n\"]+)", script.read_text())
    if not pins:
        sys.exit(f"{script.name} names no pins")
    place = CACHE / library
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *pins.group(1).split()], check=True)
    sys.exit(subprocess.run([python, script, *rest], cwd=HERE).returncode)


if __name__ == "__main__":
    main()
