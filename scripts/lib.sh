# shellcheck shell=bash
# What the scripts share: paths, errors, and the tools they install into .tools/ (never outside the project).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SAM_CLI_TELEMETRY=0

die() {
  printf '%s: %s\n' "scripts/${0##*/}" "$*" >&2
  exit 1
}

# The comment at the head of a script is its help.
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

# need_option_value "$@": the first argument is an option, and its value must follow.
need_option_value() { [ $# -ge 2 ] || die "$1 needs a value; see --help."; }

# tools NAME: makes sure that the venv .tools/NAME has what scripts/requirements/NAME.txt pins.
tools() {
  local pins="$root/scripts/requirements/$1.txt" venv="$root/.tools/$1"
  if cmp -s "$pins" "$venv/installed.txt" && "$venv/bin/python" -c '' 2>/dev/null; then
    return
  fi
  command -v python3 >/dev/null || die "python3 is missing: install Python 3.10 or newer, with pip and venv."
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    die "$(python3 --version) is too old for the AWS SAM CLI: install Python 3.10 or newer."
  python3 -c 'import ensurepip, venv' 2>/dev/null ||
    die "Python cannot make virtual environments: install its venv module" \
      "(on Debian and Ubuntu: apt-get install python3-venv)."
  echo "Installing what scripts/requirements/$1.txt lists into .tools/$1" >&2
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --requirement "$pins" ||
    die "pip could not install scripts/requirements/$1.txt; its message is above."
  cp "$pins" "$venv/installed.txt"
}

# Run by module, since the start scripts of a venv break when the project's folder moves.
sam() { "$root/.tools/aws/bin/python" -m samcli "$@"; }

# Each function has a folder with the name of its binary.
function_names() { ls "$root/functions"; }

# lambda_build TARGET PROFILE DIR PACKAGE…: builds DIR/PACKAGE/bootstrap, which runs on Lambda.
lambda_build() {
  local target=$1 profile=$2 dir=$3
  shift 3
  tools build
  # Its venv comes first, since cargo lambda runs that python3 for the linker.
  PATH="$root/.tools/build/bin:$PATH" cargo lambda build --locked --target "$target" --profile "$profile" \
    --lambda-dir "$dir" "${@/#/--package=}"
}

# elf_architecture FILE: arm64 or x86_64, as Lambda calls them, or "unknown".
elf_architecture() {
  case $(od -An -tx1 -N20 "$1" | tr -d ' \n') in
    7f454c46????????????????????????????b700) echo arm64 ;;
    7f454c46????????????????????????????3e00) echo x86_64 ;;
    *) echo unknown ;;
  esac
}
