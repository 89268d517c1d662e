// SPDX-License-Identifier: LGPL-2.1-or-later
// A source with the journal entries of a test.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "journal/source.h"

namespace ringfence::journal {

inline Time at(std::int64_t seconds) {
    return Time{std::chrono::seconds{seconds}};
}

inline Id boot_id(std::uint8_t last = 1) {
    Id id = {};
    id[15] = last;
    return id;
}

struct TestEntry {
    std::map<std::string, std::string> fields;
    Time time = at(1000);
    Id boot = boot_id();
};

// Delivers every entry in every pass. A source may do so, and the review must ignore entries of
// other passes.
class VectorSource : public Source {
  public:
    explicit VectorSource(std::vector<TestEntry> entries) : entries_(std::move(entries)) {}

    Result<void> select(const Selection& selection) override {
        selection_ = selection;
        next_ = 0;
        return {};
    }
    Result<bool> next() override {
        while (next_ < entries_.size()) {
            const TestEntry& entry = entries_[next_++];
            const bool in_time = entry.time >= selection_.since && entry.time <= selection_.until;
            if (in_time && (!selection_.boot || *selection_.boot == entry.boot)) return true;
        }
        return false;
    }
    std::optional<std::string_view> field(const char* name) override {
        const auto& fields = entries_[next_ - 1].fields;
        const auto found = fields.find(name);
        if (found == fields.end()) return std::nullopt;
        return found->second;
    }
    bool has_audit_reader(const Id&) override { return audit_reader; }
    Time time() override { return entries_[next_ - 1].time; }
    Id boot() override { return entries_[next_ - 1].boot; }
    Result<std::vector<Unit>> units_of_invocation(std::string_view digits) override {
        std::vector<Unit> units;
        for (const auto& [invocation, unit] : invocations)
            if (invocation.starts_with(digits)) units.push_back(unit);
        return units;
    }

    std::map<std::string, Unit> invocations;
    bool audit_reader = false;

  private:
    std::vector<TestEntry> entries_;
    Selection selection_;
    std::size_t next_ = 0;
};

inline TestEntry audit(const std::string& type, const std::string& message, int event = 1,
                       std::int64_t seconds = 1000) {
    return {{{"_TRANSPORT", "audit"},
             {"_AUDIT_TYPE", type},
             {"_AUDIT_ID", std::to_string(event)},
             {"MESSAGE", message}},
            at(seconds),
            boot_id()};
}

inline TestEntry denied(const std::string& domain, const std::string& rest, int event = 1,
                        std::int64_t seconds = 1000) {
    return audit("1423", "AUDIT1423 domain=" + domain + " " + rest, event, seconds);
}

inline TestEntry allocated(const std::string& domain, const std::string& tag, int pid = 100,
                           int uid = 0, const std::string& exe = "/usr/libexec/ringfence-exec") {
    return audit("1424", "AUDIT1424 domain=" + domain + " status=allocated mode=enforcing pid=" +
                             std::to_string(pid) + " uid=" + std::to_string(uid) + " exe=\"" + exe +
                             "\" comm=\"" + tag + "\"");
}

inline TestEntry reported(const std::string& tag, const std::string& unit, int pid = 7,
                          int layers = 1, const std::string& policy = "web") {
    return {{{"_TRANSPORT", "journal"},
             {"MESSAGE_ID", "24d70d8d2bc94cfc835749197d384851"},
             {"_SYSTEMD_UNIT", unit},
             {"_PID", std::to_string(pid)},
             {"_UID", "0"},
             {"LANDLOCK_STATUS", "enforced"},
             {"LANDLOCK_POLICY", policy},
             {"LANDLOCK_POLICY_DIGEST", "0011223344556677"},
             {"LANDLOCK_LAYERS", std::to_string(layers)},
             {"LANDLOCK_TAG", tag},
             {"LANDLOCK_PROGRAM", "/usr/sbin/web"}},
            at(900),
            boot_id()};
}

}  // namespace ringfence::journal
