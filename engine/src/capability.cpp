// The instruction set by which libtorch chooses its kernels, for device.rs: tch does not ask for it.

#include <cstddef>
#include <cstring>
#include <string>

namespace at {
// ATen/Version.h; declared here so that no header of libtorch is needed.
std::string get_cpu_capability();
} // namespace at

// Writes the name, with a zero behind it, as far as `size` bytes hold it.
extern "C" void clipig_cpu_capability(char *name, std::size_t size) {
  if (size == 0) {
    return;
  }
  try {
    std::strncpy(name, at::get_cpu_capability().c_str(), size - 1);
    name[size - 1] = 0;
  } catch (...) {
    name[0] = 0;
  }
}
