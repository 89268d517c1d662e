// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/shared_text.h"

namespace ringfence {

SharedText::~SharedText() = default;

}  // namespace ringfence
