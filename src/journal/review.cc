// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/review.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/number.h"
#include "journal/fields.h"
#include "journal/record.h"

namespace ringfence::journal {

namespace {

struct Machine {
    std::string id;
    std::string host;
};

// What one review gathers while it reads.
class Reading {
  public:
    Reading(Source& source, const ReviewOptions& options)
        : source_(source), options_(options), identities_(options.pids_comparable) {}

    Result<void> read(Pass pass);
    Result<Review> finish();

  private:
    void take(Pass pass);
    void take_audit(const Record& record);
    Result<Attribution> attribute(const DomainId& domain);

    Source& source_;
    const ReviewOptions& options_;
    Identities identities_;
    DenialCounter counter_;
    std::map<Id, Machine> machines_;
    std::map<DomainId, Attribution> attributions_;
    Review review_;
};

Selection selection_of(const ReviewOptions& options, Pass pass) {
    Selection selection;
    selection.pass = pass;
    selection.boot = options.boot;
    if (pass == Pass::identities) return selection;
    selection.since = options.since;
    selection.until = options.until;
    return selection;
}

Result<void> Reading::read(Pass pass) {
    if (auto done = source_.select(selection_of(options_, pass)); !done) return done;
    for (;;) {
        auto found = source_.next();
        if (!found) return tl::unexpected(found.error());
        if (!*found) return {};
        take(pass);
    }
}

// Any process can send a MESSAGE that looks like an audit record; only journald sets these fields.
// A source may deliver entries of the other pass: they must not count twice.
void Reading::take(Pass pass) {
    const auto type = source_.field("_AUDIT_TYPE");
    const bool identity = !type || *type == audit_type_domain;
    if (identity != (pass == Pass::identities)) return;
    if (!type) {
        if (!is_wrapper_message(source_.field("MESSAGE_ID").value_or(""))) return;
        if (const auto report = read_wrapper_report(source_)) identities_.add(*report);
        return;
    }
    if (source_.field("_TRANSPORT") != "audit") return;
    const auto record = parse_record(source_.field("MESSAGE").value_or(""));
    if (!record)
        ++review_.malformed;
    else
        take_audit(*record);
}

void Reading::take_audit(const Record& record) {
    const Id boot = source_.boot();
    if (const auto* domain = std::get_if<DomainRecord>(&record)) {
        identities_.add(boot, *domain);
        return;
    }
    if (std::holds_alternative<OtherRecord>(record)) return;
    if (std::holds_alternative<AccessRecord>(record)) {
        ++review_.records;
        if (const auto [machine, added] = machines_.try_emplace(boot); added)
            machine->second = {std::string(source_.field("_MACHINE_ID").value_or("")),
                               std::string(source_.field("_HOSTNAME").value_or(""))};
    }
    const auto event = parse_number(source_.field("_AUDIT_ID").value_or("")).value_or(0);
    counter_.add(boot, event, source_.time(), record);
}

Result<Attribution> Reading::attribute(const DomainId& domain) {
    const auto known = attributions_.find(domain);
    if (known != attributions_.end()) return known->second;
    auto attribution = identities_.attribute(
        domain.first, domain.second,
        [&](std::string_view digits) { return source_.units_of_invocation(digits); });
    if (attribution) attributions_.emplace(domain, *attribution);
    return attribution;
}

auto order_of(const Denial& denial) {
    return std::tuple(denial.attribution.reason, denial.host, denial.machine,
                      denial.attribution.unit, denial.tally.first);
}

// Tags differ from start to start; within a unit they are no difference.
Attribution across_starts(Attribution attribution) {
    if (attribution.reason == Reason::attributed) attribution.tag.clear();
    return attribution;
}

Result<Review> Reading::finish() {
    std::map<std::tuple<std::string, Attribution, DenialKey>, Denial> merged;
    for (const auto& [key, tally] : counter_.finish()) {
        const auto& [domain, what] = key;
        const auto attribution = attribute(domain);
        if (!attribution) return tl::unexpected(attribution.error());
        const Machine& machine = machines_[domain.first];
        const Attribution whose = across_starts(*attribution);
        Denial& denial = merged[{machine.id, whose, what}];
        if (denial.tally.count == 0) denial = {whose, machine.id, machine.host, what, {}};
        denial.tally.add(tally);
    }
    for (auto& [key, denial] : merged) {
        const bool attributed = denial.attribution.reason == Reason::attributed;
        (attributed ? review_.denials : review_.unattributed).push_back(std::move(denial));
    }
    const auto earlier = [](const Denial& a, const Denial& b) { return order_of(a) < order_of(b); };
    std::stable_sort(review_.denials.begin(), review_.denials.end(), earlier);
    std::stable_sort(review_.unattributed.begin(), review_.unattributed.end(), earlier);
    return std::move(review_);
}

}  // namespace

Result<Review> review(Source& source, const ReviewOptions& options) {
    Reading reading(source, options);
    for (const Pass pass : {Pass::identities, Pass::denials})
        if (auto done = reading.read(pass); !done) return tl::unexpected(done.error());
    return reading.finish();
}

}  // namespace ringfence::journal
