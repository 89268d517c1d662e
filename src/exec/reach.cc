// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/reach.h"

#include "exec/missing_path.h"
#include "landlock/groups.h"

namespace ringfence::exec {

using landlock::Access;
using landlock::LinkTrust;

namespace {

constexpr std::uint16_t writable_by_group = 0020;
constexpr std::uint16_t writable_by_everybody = 0002;

// A link has the mode 0777, which means nothing.
bool has_mode(const sys::FileIdentity& object, std::uint16_t bits) {
    return (object.mode & sys::type_mask) != sys::type_link && (object.mode & bits) != 0;
}

// Whether the process is in the group. If that cannot be found out, it is.
bool in_own_group(std::uint32_t group) {
    constexpr std::size_t limit = 128;
    std::uint32_t groups[limit];
    const long count = sys::groups(groups, limit);
    const long own = sys::effective_group();
    if (count < 0 || own < 0 || own == static_cast<long>(group)) return true;
    for (long i = 0; i < count; ++i)
        if (groups[i] == group) return true;
    return false;
}

// An access control list shows in the mode as permissions of the group, whomever it names.
bool is_writable(int directory) {
    const long result = sys::access_write(directory);
    return result != -sys::eacces && result != -sys::erofs;
}

}  // namespace

bool Reach::gather(Failure* failure) {
    const long user = sys::effective_user();
    if (user < 0) {
        set_failure(failure, report::exit_refused, user, "cannot find out the service's user", "");
        return false;
    }
    user_ = static_cast<std::uint32_t>(user);
    for (int i = 0; i < plan_.layer_count; ++i) {
        const auto layer = static_cast<Layers>(1u << i);
        all_layers_ |= layer;
        if (!plan_.layers[i].handled().contains(landlock::makes_links)) open_layers_ |= layer;
    }
    return gather_rules(failure);
}

bool Reach::gather_rules(Failure* failure) {
    int layer = 0;
    Arguments::Cursor cursor = arguments_.begin();
    for (const char* argument = cursor.next(); argument != nullptr; argument = cursor.next()) {
        Option option;
        if (!parse_option(argument, &option, failure)) return false;
        if (option.kind == OptionKind::layer) ++layer;
        if (option.kind != OptionKind::path_group && option.kind != OptionKind::allow) continue;
        PathRule rule;
        if (!parse_path_rule(option, &rule, failure)) return false;
        if (!(rule.access & landlock::makes_links).empty() && !add_rule(rule, layer, failure))
            return false;
    }
    return true;
}

bool Reach::add_rule(const PathRule& rule, int layer, Failure* failure) {
    sys::FileIdentity identity;
    const long result = sys::identify(sys::at_fdcwd, rule.path, &identity);
    if (is_left_out(arguments_, rule, result)) return true;  // it grants nothing
    if (result < 0) {
        refuse_path(arguments_, rule, result, failure);
        return false;
    }
    if (changeable_count_ == capacity_ && !grow(failure)) return false;
    changeable_[changeable_count_++] = {identity.device, identity.inode, rule.path,
                                        static_cast<Layers>(1u << layer)};
    return true;
}

bool Reach::grow(Failure* failure) {
    const long memory = sys::map(2 * capacity_ * sizeof(Changeable));
    if (memory < 0 && memory > -4096) {
        set_failure(failure, report::exit_refused, memory, "memory for the rules", "");
        return false;
    }
    Changeable* const larger = reinterpret_cast<Changeable*>(memory);
    for (std::size_t i = 0; i < capacity_; ++i)
        larger[i] = changeable_[i];
    changeable_ = larger;  // the smaller piece stays mapped until execve(2)
    capacity_ *= 2;
    return true;
}

Reach::Layers Reach::changed_by_rules(const sys::FileIdentity& object, const char* walked,
                                      const char** rule) const {
    Layers layers = 0;
    for (std::size_t i = 0; i < changeable_count_; ++i) {
        const Changeable& place = changeable_[i];
        if (place.inode != object.inode || place.device != object.device) continue;
        layers |= place.layer;
        if (*rule == nullptr || std::string_view(*rule) == walked) *rule = place.rule;
    }
    return layers;
}

// A sticky directory is no exception: everybody can add a link to it.
bool Reach::everybody_changes(const sys::FileIdentity& object) {
    return has_mode(object, writable_by_everybody);
}

bool Reach::changed_by_users(int fd, const sys::FileIdentity& object) const {
    if (everybody_changes(object)) return true;
    const bool group_writes = has_mode(object, writable_by_group);
    if (plan_.trust == LinkTrust::root) return object.user != 0 || group_writes;
    if (plan_.trust == LinkTrust::own || user_ == 0) return false;
    return object.user == user_ ||
           (group_writes && (in_own_group(object.group) || is_writable(fd)));
}

}  // namespace ringfence::exec
