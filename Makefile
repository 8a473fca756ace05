# Four words for people. Each does all the set-up it needs, on a fresh Debian 12 machine too: it installs what is
# missing (as root, or through sudo) and builds.
#
#   make demo    builds heed and runs its demonstration
#   make test    builds everything and runs all tests
#   make build   builds the binary: build/release/heed
#   make bench   times what the README claims, and names the machine
#
# make sanitize runs the tests under the address and undefined-behaviour sanitizers.

.PHONY: demo test build bench sanitize packages page-packages check-format

build: packages
	cmake --preset release -Wno-dev --log-level=WARNING
	cmake --build build/release --target heed

demo: build
	build/release/heed demo

test: page-packages
	cmake --preset release -Wno-dev --log-level=WARNING
	cmake --build build/release
	ctest --preset release -j $$(nproc)

sanitize: packages
	cmake --preset asan -Wno-dev --log-level=WARNING
	cmake --build build/asan
	ctest --preset asan -j $$(nproc)

bench: packages
	cmake --preset release -Wno-dev --log-level=WARNING
	cmake --build build/release
	bench/run

packages:
	@./install-packages packages.txt

page-packages: packages
	@./install-packages packages-page.txt

check-format:
	clang-format --dry-run -Werror $$(git ls-files '*.h' '*.cpp')
