// A management library of one card with 24 GiB, of which the tests ask nothing else.
// SPDX-License-Identifier: Apache-2.0

// NOLINTBEGIN(readability-identifier-naming): the library's names.
namespace {

struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

bool begun = false;
int card = 0;

}  // namespace

extern "C" {

int nvmlInit_v2() {
  begun = true;
  return 0;
}

int nvmlShutdown() {
  begun = false;
  return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (!begun || index != 0) return 2;
  *device = &card;
  return 0;
}

int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  if (!begun || device != &card) return 2;
  *memory = {.total = 24ULL << 30U, .free = 1, .used = 2};
  return 0;
}
}
// NOLINTEND(readability-identifier-naming)
