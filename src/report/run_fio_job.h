// The fio job of a run whose I/O was traced by the kernel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/run.h"

namespace spillway::report {

// Empty when nothing was read or written, or not traced. The job's file lies in the cache directory
// and is as large as what the storage tier held.
std::string run_fio_job(const record::Run& run);

}  // namespace spillway::report
