// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/loss.h"

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "journal/fields.h"

namespace ringfence::journal {

namespace {

constexpr std::string_view kernel_loss = "audit: audit_lost=";
// By the function's name; before Linux 4.11 without the "k".
constexpr std::string_view printk_losses[] = {"kauditd_printk_skb: ", "audit_printk_skb: "};
constexpr std::size_t most_boots = 4096;

// The kernel and journald count in 32 bits. A larger number is not theirs, and could make a sum
// begin anew.
constexpr std::uint64_t most_believed = std::numeric_limits<std::uint32_t>::max();

// "Suppressed 12 messages from x.service", "Missed 3 kernel messages".
std::uint64_t number_in(std::string_view text) {
    const std::size_t digit = text.find_first_of("0123456789");
    if (digit == std::string_view::npos) return 0;
    const std::size_t end = std::min(text.find_first_not_of("0123456789", digit), text.size());
    const std::uint64_t number = parse_number(text.substr(digit, end - digit)).value_or(0);
    return number <= most_believed ? number : 0;
}

bool is_printk_loss(std::string_view message) {
    return message.ends_with(" callbacks suppressed") &&
           std::any_of(std::begin(printk_losses), std::end(printk_losses),
                       [&](std::string_view begin) { return message.starts_with(begin); });
}

}  // namespace

bool is_loss_message(std::string_view message_id) {
    return message_id == message_suppressed || message_id == message_missed;
}

bool tells_of_losses(std::string_view transport, std::string_view facility) {
    return transport == "driver" || is_of_kernel(transport, facility);
}

bool is_of_kernel(std::string_view transport, std::string_view facility) {
    return transport == transport_kernel && facility == "0";
}

bool is_kernel_loss(std::string_view message) {
    return message.starts_with(kernel_loss) || is_printk_loss(message);
}

std::size_t find_kernel_loss(std::string_view line) {
    std::size_t found = line.find(kernel_loss);
    for (const std::string_view begin : printk_losses)
        found = std::min(found, line.find(begin));
    return found != std::string_view::npos && is_kernel_loss(line.substr(found))
               ? found
               : std::string_view::npos;
}

void LossCounter::add(const Id& boot, Time time, std::string_view message_id,
                      std::string_view message) {
    if (message_id == message_suppressed) {
        others_.suppressed += number_in(message);
    } else if (message_id == message_missed) {
        others_.missed += number_in(message);
    } else if (is_printk_loss(message)) {
        if (unprinted_.contains(boot) || unprinted_.size() < most_boots)
            unprinted_[boot] += number_in(message);
    } else if (is_kernel_loss(message) && (audit_.contains(boot) || audit_.size() < most_boots)) {
        std::uint64_t& count = audit_[boot];
        count = std::max(count, number_in(message.substr(kernel_loss.size())));
    } else {
        return;
    }
    others_.last = std::max(others_.last, time);
}

Losses LossCounter::losses() const {
    Losses all = others_;
    for (const auto& [boot, count] : audit_)
        all.audit += count;
    all.unprinted = unprinted([](const Id&) { return false; });
    return all;
}

std::uint64_t LossCounter::unprinted(const std::function<bool(const Id&)>& has_reader) const {
    std::uint64_t sum = 0;
    for (const auto& [boot, count] : unprinted_)
        if (!has_reader(boot)) sum += count;
    return sum;
}

}  // namespace ringfence::journal
