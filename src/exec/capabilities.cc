// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/capabilities.h"

#include "exec/sys.h"

namespace ringfence::exec {

using landlock::CapabilitySet;

namespace {

// Those that the process uses, may use, or passes on. An ambient capability is always inheritable.
CapabilitySet held(const sys::CapabilityWords (&words)[2]) {
    const auto any = [](const sys::CapabilityWords& w) {
        return w.effective | w.permitted | w.inheritable;
    };
    return CapabilitySet{any(words[1])} << 32 | any(words[0]);
}

bool fail(Failure* failure, long error, std::string_view what, std::string_view name = {}) {
    set_failure(failure, report::exit_cannot_enforce, error, what, name);
    return false;
}

bool still_there(Failure* failure, std::string_view where) {
    failure->status = report::exit_cannot_enforce;
    failure->error = 0;
    failure->text.clear();
    failure->text.add("capabilities that this process had to drop are still ").add(where);
    return false;
}

// A capability that is not in the bounding set cannot be gained by execve(2).
bool shrink_bounding_set(CapabilitySet set, bool* no_new_privs, Failure* failure) {
    bool some_left = false;
    for (const landlock::Capability& row : landlock::capabilities) {
        if ((set & landlock::set_of(row)) == 0) continue;
        const long dropped = sys::drop_from_bounding_set(row.number);
        if (dropped < 0 && dropped != -sys::eperm)
            return fail(failure, dropped, "the kernel does not take away the capability ",
                        row.name);
        const long left = sys::is_in_bounding_set(row.number);
        if (left < 0)
            return fail(failure, left, "the kernel does not say who may gain the capability ",
                        row.name);
        if (left != 0 && dropped >= 0) return still_there(failure, "in its bounding set");
        some_left = some_left || left != 0;
    }
    if (!some_left) return true;
    const long result = sys::set_no_new_privs();
    if (result < 0)
        return fail(failure, result,
                    "without CAP_SETPCAP, only no_new_privs keeps programs from gaining "
                    "capabilities, and it cannot be set",
                    "");
    *no_new_privs = true;
    return true;
}

}  // namespace

bool drop_capabilities(CapabilitySet set, bool* no_new_privs, Failure* failure) {
    constexpr std::string_view cannot_read = "the kernel does not say which capabilities there are";
    sys::CapabilityWords words[2] = {};
    long result = sys::get_capabilities(words);
    if (result < 0) return fail(failure, result, cannot_read);
    if (!*no_new_privs && !shrink_bounding_set(set, no_new_privs, failure)) return false;
    if ((held(words) & set) == 0) return true;
    for (unsigned i = 0; i < 2; ++i) {
        const auto keep = ~static_cast<std::uint32_t>(set >> (32 * i));
        words[i].effective &= keep;
        words[i].permitted &= keep;
        words[i].inheritable &= keep;
    }
    result = sys::set_capabilities(words);
    if (result < 0) return fail(failure, result, "the kernel does not take capabilities away");
    result = sys::get_capabilities(words);
    if (result < 0) return fail(failure, result, cannot_read);
    if ((held(words) & set) == 0) return true;
    return still_there(failure, "there after capset(2)");
}

}  // namespace ringfence::exec
