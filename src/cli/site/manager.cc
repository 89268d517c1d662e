// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/manager.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include "cli/site/config.h"
#include "cli/terminal/environment.h"

namespace ringfence::cli {

namespace {

constexpr char destination[] = "org.freedesktop.systemd1";
constexpr char manager_path[] = "/org/freedesktop/systemd1";
constexpr char manager_interface[] = "org.freedesktop.systemd1.Manager";
constexpr char unit_interface[] = "org.freedesktop.systemd1.Unit";
constexpr char service_interface[] = "org.freedesktop.systemd1.Service";

// A reload waits for all generators, which may take 90 s. systemctl allows twice that time.
constexpr std::uint64_t reload_timeout = 180'000'000;

struct Unreference {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unreference>;

class BusError {
  public:
    BusError() = default;
    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;
    ~BusError() { sd_bus_error_free(&error_); }
    sd_bus_error* get() { return &error_; }
    // The message of the manager, or of the error number if the manager sent none.
    std::string text(int result) const {
        if (error_.message != nullptr) return error_.message;
        return std::system_category().message(-result);
    }

  private:
    sd_bus_error error_ = SD_BUS_ERROR_NULL;
};

tl::unexpected<Diagnostics> unreadable(int result) {
    return fail("systemd", "its answer cannot be read: " + std::system_category().message(-result));
}

std::string private_socket(unit::Scope scope) {
    if (scope == unit::Scope::system)
        return ::geteuid() == 0 ? "unix:path=/run/systemd/private" : "";
    const auto runtime = environment("XDG_RUNTIME_DIR");
    return runtime ? fmt::format("unix:path={}/systemd/private", *runtime) : "";
}

sd_bus* open_private(const std::string& address) {
    if (address.empty()) return nullptr;
    sd_bus* bus = nullptr;
    if (sd_bus_new(&bus) < 0) return nullptr;
    if (sd_bus_set_address(bus, address.c_str()) >= 0 && sd_bus_start(bus) >= 0) return bus;
    sd_bus_unref(bus);
    return nullptr;
}

// Reads properties of one unit. After the first failure nothing more is read, and the failure is
// kept.
class Properties {
  public:
    Properties(sd_bus* bus, const char* path) : bus_(bus), path_(path) {}

    std::string text(const char* interface, const char* name) {
        Message message = get(interface, name, "s");
        const char* value = nullptr;
        if (message) check(sd_bus_message_read(message.get(), "s", &value));
        return value == nullptr ? "" : value;
    }

    bool boolean(const char* interface, const char* name) {
        Message message = get(interface, name, "b");
        int value = 0;
        if (message) check(sd_bus_message_read(message.get(), "b", &value));
        return value != 0;
    }

    template <class T>
    T number(const char* interface, const char* name, const char* type) {
        Message message = get(interface, name, type);
        T value = 0;
        if (message) check(sd_bus_message_read(message.get(), type, &value));
        return value;
    }

    std::vector<std::string> texts(const char* interface, const char* name) {
        Message message = get(interface, name, "as");
        return message ? strings(message.get()) : std::vector<std::string>{};
    }

    std::string hex(const char* interface, const char* name) {
        Message message = get(interface, name, "ay");
        const void* data = nullptr;
        std::size_t size = 0;
        if (message) check(sd_bus_message_read_array(message.get(), 'y', &data, &size));
        std::string digits;
        for (std::size_t i = 0; i < size; ++i)
            digits += fmt::format("{:02x}", static_cast<const std::uint8_t*>(data)[i]);
        return digits;
    }

    std::vector<LoadedCommand> commands(const char* name) {
        std::vector<LoadedCommand> all;
        Message message = get(service_interface, name, "a(sasbttttuii)");
        if (!message) return all;
        sd_bus_message* in = message.get();
        if (!check(sd_bus_message_enter_container(in, 'a', "(sasbttttuii)"))) return all;
        while (check(sd_bus_message_enter_container(in, 'r', "sasbttttuii")) && entered_ > 0) {
            LoadedCommand command;
            const char* path = nullptr;
            check(sd_bus_message_read(in, "s", &path));
            if (path != nullptr) command.path = path;
            command.arguments = strings(in);
            check(sd_bus_message_skip(in, "b"));
            check(sd_bus_message_read(in, "t", &command.started));
            check(sd_bus_message_skip(in, "ttt"));
            check(sd_bus_message_read(in, "u", &command.pid));
            check(sd_bus_message_skip(in, "ii"));
            check(sd_bus_message_exit_container(in));
            all.push_back(std::move(command));
        }
        return all;
    }

    const Diagnostics& problems() const { return problems_; }

  private:
    bool check(int result) {
        entered_ = result;
        if (result < 0 && problems_.empty()) problems_ = unreadable(result).value();
        return result >= 0;
    }

    Message get(const char* interface, const char* name, const char* type) {
        if (!problems_.empty()) return {};
        BusError error;
        sd_bus_message* reply = nullptr;
        const int result = sd_bus_get_property(bus_, destination, path_, interface, name,
                                               error.get(), &reply, type);
        if (result >= 0) return Message(reply);
        problems_ =
            fail("systemd", fmt::format("cannot read {}: {}", name, error.text(result))).value();
        return {};
    }

    std::vector<std::string> strings(sd_bus_message* message) {
        std::vector<std::string> all;
        if (!check(sd_bus_message_enter_container(message, 'a', "s"))) return all;
        const char* value = nullptr;
        while (check(sd_bus_message_read(message, "s", &value)) && entered_ > 0)
            all.emplace_back(value);
        check(sd_bus_message_exit_container(message));
        return all;
    }

    sd_bus* bus_;
    const char* path_;
    int entered_ = 0;  // what the last call returned: 0 at the end of an array
    Diagnostics problems_;
};

}  // namespace

std::optional<dropin::WrappedCommand> wrapped_command(const LoadedCommand& command) {
    return dropin::read_wrapped_command({RINGFENCE_WRAPPER}, command.path, command.arguments);
}

void Manager::Close::operator()(sd_bus* bus) const {
    sd_bus_flush_close_unref(bus);
}

Result<Manager> Manager::connect(unit::Scope scope) {
    if (sd_bus* bus = open_private(private_socket(scope))) return Manager(Bus(bus));
    sd_bus* bus = nullptr;
    const int result =
        scope == unit::Scope::user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
    if (result >= 0) return Manager(Bus(bus));
    return fail("", fmt::format("cannot reach systemd's {} manager: {}",
                                scope == unit::Scope::user ? "user" : "system",
                                std::system_category().message(-result)));
}

Result<void> Manager::reload() {
    BusError error;
    sd_bus_message* call = nullptr;
    int result = sd_bus_message_new_method_call(bus_.get(), &call, destination, manager_path,
                                                manager_interface, "Reload");
    const Message message(call);
    if (result >= 0)
        result = sd_bus_call(bus_.get(), message.get(), reload_timeout, error.get(), nullptr);
    if (result < 0) return fail("", "systemd could not be reloaded: " + error.text(result));
    return {};
}

Result<LoadedUnit> Manager::load(const std::string& name) {
    BusError error;
    sd_bus_message* answer = nullptr;
    int result = sd_bus_call_method(bus_.get(), destination, manager_path, manager_interface,
                                    "LoadUnit", error.get(), &answer, "s", name.c_str());
    const Message reply(answer);
    if (result < 0) return fail("", "systemd cannot load " + name + ": " + error.text(result));
    const char* path = nullptr;
    result = sd_bus_message_read(reply.get(), "o", &path);
    if (result < 0) return unreadable(result);
    Properties properties(bus_.get(), path);
    LoadedUnit unit;
    unit.id = properties.text(unit_interface, "Id");
    unit.load_state = properties.text(unit_interface, "LoadState");
    unit.active_state = properties.text(unit_interface, "ActiveState");
    unit.fragment = properties.text(unit_interface, "FragmentPath");
    unit.names = properties.texts(unit_interface, "Names");
    // D-Bus has no texts that are not UTF-8. A file with such a name must not hide other facts.
    Properties paths(bus_.get(), path);
    unit.dropins = paths.texts(unit_interface, "DropInPaths");
    if (!paths.problems().empty()) unit.dropins_problem = paths.problems().front().message;
    unit.needs_reload = properties.boolean(unit_interface, "NeedDaemonReload");
    unit.invocation = properties.hex(unit_interface, "InvocationID");
    unit.commands = properties.commands("ExecStart");
    unit.began = properties.number<std::uint64_t>(unit_interface, "InactiveExitTimestamp", "t");
    unit.activated = properties.number<std::uint64_t>(unit_interface, "ActiveEnterTimestamp", "t");
    unit.started =
        properties.number<std::uint64_t>(service_interface, "ExecMainStartTimestamp", "t");
    unit.main_pid = properties.number<std::uint32_t>(service_interface, "MainPID", "u");
    unit.last_main_pid = properties.number<std::uint32_t>(service_interface, "ExecMainPID", "u");
    if (!properties.problems().empty()) return tl::unexpected(properties.problems());
    return unit;
}

Result<std::vector<std::string>> Manager::unit_path() {
    Properties properties(bus_.get(), manager_path);
    auto path = properties.texts(manager_interface, "UnitPath");
    if (!properties.problems().empty()) return tl::unexpected(properties.problems());
    return path;
}

Result<std::vector<std::string>> Manager::loaded(const std::string& pattern) {
    BusError error;
    sd_bus_message* answer = nullptr;
    int result = sd_bus_call_method(bus_.get(), destination, manager_path, manager_interface,
                                    "ListUnitsByPatterns", error.get(), &answer, "asas", 0, 1,
                                    pattern.c_str());
    const Message reply(answer);
    if (result < 0) return fail("", "systemd cannot list its units: " + error.text(result));
    std::vector<std::string> names;
    result = sd_bus_message_enter_container(reply.get(), 'a', "(ssssssouso)");
    while (result >= 0) {
        const char* name = nullptr;
        result = sd_bus_message_enter_container(reply.get(), 'r', "ssssssouso");
        if (result <= 0) break;
        result = sd_bus_message_read(reply.get(), "s", &name);
        if (result < 0) break;
        names.emplace_back(name);
        result = sd_bus_message_skip(reply.get(), "sssssouso");
        if (result >= 0) result = sd_bus_message_exit_container(reply.get());
    }
    if (result < 0) return unreadable(result);
    return names;
}

}  // namespace ringfence::cli
