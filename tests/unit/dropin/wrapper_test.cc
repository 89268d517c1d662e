// SPDX-License-Identifier: LGPL-2.1-or-later
// The wrapper reads the same rules that are rendered: random Rules → options → the wrapper's parser
// → the same rules.
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "dropin/options.h"
#include "dropin/wrapped_command.h"
#include "exec/plan.h"
#include "policy/judge/judge.h"

namespace ringfence::dropin {
namespace {

using landlock::Access;

struct ReadLayer {
    std::map<std::pair<std::string, bool>, Access> paths;
    std::vector<std::tuple<std::uint64_t, unsigned, unsigned>> ports;
    std::vector<std::pair<std::string, bool>> quiet;
};

struct Read {
    exec::Plan plan;
    std::vector<ReadLayer> layers{1};
};

// Reads the rules in the same way as the wrapper when it makes its rulesets.
void read_rules(const exec::Arguments& arguments, Read* read) {
    exec::Failure failure;
    auto cursor = arguments.begin();
    for (const char* word = cursor.next(); word != nullptr; word = cursor.next()) {
        exec::Option option;
        ASSERT_TRUE(exec::parse_option(word, &option, &failure)) << failure.text.view();
        exec::PathRule path;
        exec::PortRule port;
        if (option.kind == exec::OptionKind::layer) read->layers.emplace_back();
        const Access handled = read->plan.layers[read->layers.size() - 1].handled();
        const bool on_path =
            option.kind == exec::OptionKind::path_group || option.kind == exec::OptionKind::allow;
        if (on_path && exec::parse_path_rule(option, &path, &failure))
            read->layers.back().paths[{path.path, path.optional}] |= path.access & handled;
        if (option.kind == exec::OptionKind::quiet &&
            exec::parse_path_rule(option, &path, &failure))
            read->layers.back().quiet.emplace_back(path.path, path.optional);
        if (option.kind == exec::OptionKind::port_group &&
            exec::parse_port_rule(option, &port, &failure))
            read->layers.back().ports.emplace_back(port.access.net, port.first, port.last);
    }
}

Read read_back(const std::vector<std::string>& options) {
    std::vector<std::string> words = {"ringfence-exec"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", "/bin/true"});
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    Read read;
    exec::Arguments arguments;
    exec::Failure failure;
    EXPECT_TRUE(arguments.load(argv.data(), &failure));
    EXPECT_TRUE(exec::make_plan(arguments, &read.plan, &failure)) << failure.text.view();
    read_rules(arguments, &read);
    read.plan.policy = read.plan.digest = {};  // they point into `words`
    return read;
}

class Random {
  public:
    explicit Random(unsigned seed) : engine_(seed) {}
    unsigned below(unsigned limit) { return engine_() % limit; }

    Access subset(const Access& all, unsigned one_in) {
        Access some;
        for (const landlock::Right& right : landlock::rights)
            if (all.contains(right.access()) && below(one_in) == 0) some |= right.access();
        return some;
    }

    policy::Layer layer() {
        policy::Layer layer;
        layer.abi = 1 + static_cast<int>(below(landlock::newest_abi));
        const Access known = landlock::known_at(layer.abi);
        layer.unrestricted = subset({known.fs, known.net, 0}, 8);
        layer.scopes = subset({0, 0, known.scope}, 2);
        const Access handled = Access{known.fs, known.net, 0} - layer.unrestricted;
        std::map<std::pair<std::string, bool>, Access> rows;
        for (unsigned i = below(8); i > 0; --i) {
            const auto& group = landlock::path_groups[below(std::size(landlock::path_groups))];
            const Access wanted =
                below(2) == 0 ? group.access & handled : subset({handled.fs, 0, 0}, 3);
            if (wanted.fs != 0) rows[{"/p" + std::to_string(below(4)), below(2) == 0}] |= wanted;
        }
        for (const auto& [key, access] : rows)
            layer.paths.push_back({key.first, key.second, access, {}});
        for (const auto& group : landlock::port_groups) {
            if (!handled.contains(group.access) || below(2) == 0) continue;
            const auto first = static_cast<std::uint16_t>(below(65536));
            const auto last = static_cast<std::uint16_t>(first + below(65536u - first));
            layer.ports.push_back({first, below(2) == 0 ? first : last, group.access, {}});
        }
        return layer;
    }

    policy::Rules rules() {
        policy::Rules rules;
        rules.name = "random";
        rules.digest = "0123456789abcdef";
        rules.minimum_abi = below(4) == 0 ? policy::minimum_abi_all
                                          : 1 + static_cast<int>(below(landlock::newest_abi));
        for (unsigned i = 1 + below(landlock::max_layers); i > 0; --i)
            rules.layers.push_back(layer());
        for (unsigned i = 0; i < below(3); ++i)
            rules.quiet.push_back({"/q" + std::to_string(i), below(2) == 0, {}});
        return rules;
    }

  private:
    std::mt19937 engine_;
};

void expect_same(const policy::Rules& rules, const Read& read) {
    const bool strict = rules.minimum_abi == policy::minimum_abi_all;
    EXPECT_EQ(read.plan.strict, strict);
    EXPECT_EQ(read.plan.minimum_abi, strict ? 1 : rules.minimum_abi);
    ASSERT_EQ(read.layers.size(), rules.layers.size());
    for (std::size_t i = 0; i < rules.layers.size(); ++i) {
        const policy::Layer& layer = rules.layers[i];
        const exec::LayerPlan& plan = read.plan.layers[i];
        EXPECT_EQ(plan.abi, layer.abi);
        EXPECT_EQ(plan.unrestricted, layer.unrestricted);
        EXPECT_EQ(plan.scopes, layer.scopes);
        ReadLayer expected;
        for (const policy::PathRule& rule : layer.paths)
            expected.paths[{rule.path, rule.optional}] |= rule.access;
        for (const policy::PortRule& rule : layer.ports)
            expected.ports.emplace_back(rule.access.net, rule.first, rule.last);
        EXPECT_EQ(read.layers[i].paths, expected.paths);
        EXPECT_EQ(read.layers[i].ports, expected.ports);
        // Each layer logs its own denials, so each needs the quiet paths.
        for (const policy::QuietPath& path : rules.quiet)
            expected.quiet.emplace_back(path.path, path.optional);
        EXPECT_EQ(read.layers[i].quiet, expected.quiet);
    }
}

TEST(Wrapper, ReadsWhatIsRendered) {
    Random random(20261121);
    for (int i = 0; i < 3000 && !testing::Test::HasFailure(); ++i) {
        const policy::Rules rules = random.rules();
        const std::vector<std::string> options = render_options(rules);
        std::string shown;
        for (const std::string& option : options)
            shown += option + "\n";
        SCOPED_TRACE(shown);
        expect_same(rules, read_back(options));
    }
}

// What a command restricts is read from its options as the wrapper reads it: status asks there.
TEST(Wrapper, RestrictsWhatTheReadCommandSays) {
    Random random(7);
    unsigned layers = 0;
    for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
        std::vector<std::string> options = render_options(random.rules());
        const Read read = read_back(options);
        options.insert(options.begin(), "/w");
        options.insert(options.end(), {"--", "/bin/true", "--abi=1", "--scope=signal"});
        const auto command = read_wrapped_command({"/w"}, "/w", options);
        Access asked;
        for (int layer = 0; layer < read.plan.layer_count; ++layer)
            asked |= read.plan.layers[layer].handled();
        EXPECT_EQ(command->asked, asked);
        EXPECT_TRUE(command->stood_in.empty());
        layers += static_cast<unsigned>(read.plan.layer_count);
    }
    EXPECT_GT(layers, 350u);
    const auto stands_in = read_wrapped_command(
        {"/w"}, "/w", {"/w", "--abi=7", "--stand-in=fs.resolve_unix:absent:/run/x", "--", "/x"});
    EXPECT_EQ(stands_in->stood_in, landlock::access_of("fs.resolve_unix"));
}

// The wrapper decides on a kernel of ABI N as `ringfence show --abi=N` predicts.
TEST(Wrapper, DecidesAboutAKernelAsForetold) {
    Random random(6);
    unsigned starts = 0, refusals = 0;
    for (int i = 0; i < 1000 && !testing::Test::HasFailure(); ++i) {
        const policy::Rules rules = random.rules();
        const Read read = read_back(render_options(rules));
        for (int abi = 1; abi <= landlock::newest_abi; ++abi) {
            const auto support = landlock::interpret(abi, 0);
            exec::Failure failure;
            const auto foretold = policy::Judge(rules, abi).enforcement();
            EXPECT_EQ(foretold.starts(), exec::check_support(read.plan, support, &failure)) << abi;
            EXPECT_EQ(foretold.unenforced, exec::unenforced(read.plan, support)) << abi;
            ++(foretold.starts() ? starts : refusals);
        }
    }
    EXPECT_GT(starts, 1000u);
    EXPECT_GT(refusals, 1000u);
}

}  // namespace
}  // namespace ringfence::dropin
