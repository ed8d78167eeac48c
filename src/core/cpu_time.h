// How long a thread has been on a processor. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

namespace spillway {

// Of the thread that calls, in user and kernel mode, since it began. Source: clock_gettime(2).
Duration thread_cpu_time();

}  // namespace spillway
