// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace ringfence {

/// One function object made of several, for std::visit().
template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace ringfence
