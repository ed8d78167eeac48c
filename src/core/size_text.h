// Sizes, rates and times as people write and read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/time.h"

namespace spillway {

// A capacity without a limit; written `unlimited`.
inline constexpr Bytes kUnlimited = Bytes(std::numeric_limits<std::uint64_t>::max());

// Reads a number of KiB, MiB, GiB, TiB (binary), kB, MB, GB, TB (decimal) or B, as in `512MiB` and
// `1.5 GiB`; a bare number is in units of `bare_unit` (1_GiB for the *-mem-gb flags); `unlimited`
// is kUnlimited. Case does not matter. `64k` is refused: it means 64,000 to some and 65,536 to
// others. Throws Error that names the flag and says what is accepted.
Bytes parse_size(std::string_view text, std::string_view flag, Bytes bare_unit);

// "1.50 GiB", "64 KiB", "512 B", "unlimited": binary units, for memory and objects.
std::string size_text(Bytes size);
// "4.31 GB/s": decimal units, as drives are sold. "-" for no time.
std::string rate_text(Bytes moved, Duration length);
// "3.21 ms", "850 ns", "1.20 s", "12 min 5 s".
std::string duration_text(Duration length);

}  // namespace spillway
