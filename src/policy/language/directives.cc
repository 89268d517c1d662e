// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/directives.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::policy {

namespace {

// All directives that `systemd --dump-configuration-items` of systemd 252 or 262 lists for
// [Service], sorted. Left out are those in `refused`, and those that belong into [Unit] since
// version 230.
// clang-format off
constexpr std::string_view directives[] = {
    "AllowedCPUs", "AllowedMemoryNodes", "AmbientCapabilities", "AppArmorProfile",
    "BPFDelegateAttachments", "BPFDelegateCommands", "BPFDelegateMaps", "BPFDelegatePrograms",
    "BPFProgram", "BindLogSockets", "BindNetworkInterface", "BindPaths", "BindReadOnlyPaths",
    "BlockIOAccounting", "BlockIODeviceWeight", "BlockIOReadBandwidth", "BlockIOWeight",
    "BlockIOWriteBandwidth", "BusName", "CPUAccounting", "CPUAffinity", "CPUPressureThresholdSec",
    "CPUPressureWatch", "CPUQuota", "CPUQuotaPeriodSec", "CPUSchedulingPolicy",
    "CPUSchedulingPriority", "CPUSchedulingResetOnFork", "CPUSetPartition", "CPUShares",
    "CPUWeight", "CacheDirectory", "CacheDirectoryAccounting", "CacheDirectoryMode",
    "CacheDirectoryQuota", "CapabilityBoundingSet", "ConfigurationDirectory",
    "ConfigurationDirectoryMode", "CoredumpFilter", "CoredumpReceive", "DefaultMemoryLow",
    "DefaultMemoryMin", "Delegate", "DelegateNamespaces", "DelegateSubgroup", "DeviceAllow",
    "DevicePolicy", "DisableControllers", "DynamicUser", "Environment", "EnvironmentFile",
    "ExecPaths", "ExitType", "ExtensionDirectories", "ExtensionImagePolicy", "ExtensionImages",
    "FileDescriptorStoreMax", "FileDescriptorStorePreserve", "FinalKillSignal", "Group",
    "GuessMainPID", "IOAccounting", "IODeviceLatencyTargetSec", "IODeviceWeight",
    "IOPressureThresholdSec", "IOPressureWatch", "IOReadBandwidthMax", "IOReadIOPSMax",
    "IOSchedulingClass", "IOSchedulingPriority", "IOWeight", "IOWriteBandwidthMax",
    "IOWriteIOPSMax", "IPAccounting", "IPAddressAllow", "IPAddressDeny", "IPCNamespacePath",
    "IPEgressFilterPath", "IPIngressFilterPath", "IgnoreSIGPIPE", "ImportCredential",
    "InaccessibleDirectories", "InaccessiblePaths", "KeyringMode", "KillMode", "KillSignal",
    "LUOSession", "LimitAS", "LimitCORE", "LimitCPU", "LimitDATA", "LimitFSIZE", "LimitLOCKS",
    "LimitMEMLOCK", "LimitMSGQUEUE", "LimitNICE", "LimitNOFILE", "LimitNPROC", "LimitRSS",
    "LimitRTPRIO", "LimitRTTIME", "LimitSIGPENDING", "LimitSTACK", "LoadCredential",
    "LoadCredentialEncrypted", "LockPersonality", "LogExtraFields", "LogFilterPatterns",
    "LogLevelMax", "LogNamespace", "LogRateLimitBurst", "LogRateLimitIntervalSec",
    "LogsDirectory", "LogsDirectoryAccounting", "LogsDirectoryMode", "LogsDirectoryQuota",
    "ManagedOOMMemoryPressure", "ManagedOOMMemoryPressureDurationSec",
    "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference", "ManagedOOMSwap", "MemoryAccounting",
    "MemoryDenyWriteExecute", "MemoryHigh", "MemoryKSM", "MemoryLimit", "MemoryLow", "MemoryMax",
    "MemoryMin", "MemoryPressureThresholdSec", "MemoryPressureWatch", "MemorySwapMax",
    "MemoryTHP", "MemoryZSwapMax", "MemoryZSwapWriteback", "MountAPIVFS", "MountFlags",
    "MountImagePolicy", "MountImages", "NFTSet", "NUMAMask", "NUMAPolicy", "NetworkNamespacePath",
    "Nice", "NoExecPaths", "NoNewPrivileges", "NonBlocking", "OOMPolicy", "OOMRules",
    "OOMScoreAdjust", "OpenFile", "PAMName", "PassEnvironment", "PermissionsStartOnly",
    "Personality", "PrivateBPF", "PrivateDevices", "PrivateIPC", "PrivateMounts",
    "PrivateNetwork", "PrivatePIDs", "PrivateTmp", "PrivateUsers", "ProcSubset", "ProtectClock",
    "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs",
    "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc", "ProtectSystem",
    "ReadOnlyDirectories", "ReadOnlyPaths", "ReadWriteDirectories", "ReadWritePaths",
    "RefreshOnReload", "ReloadSignal", "RemainAfterExit", "RemoveIPC", "Restart",
    "RestartForceExitStatus", "RestartKillSignal", "RestartMaxDelaySec", "RestartMode",
    "RestartPreventExitStatus", "RestartRandomizedDelaySec", "RestartSec", "RestartSteps",
    "RestrictAddressFamilies", "RestrictFileSystems", "RestrictNamespaces",
    "RestrictNetworkInterfaces", "RestrictRealtime", "RestrictSUIDSGID", "RootEphemeral",
    "RootHash", "RootHashSignature", "RootImageOptions", "RootImagePolicy", "RootVerity",
    "RuntimeDirectory", "RuntimeDirectoryMode", "RuntimeDirectoryPreserve", "RuntimeMaxSec",
    "RuntimeRandomizedExtraSec", "SELinuxContext", "SecureBits", "SendSIGHUP", "SendSIGKILL",
    "SetCredential", "SetCredentialEncrypted", "SetLoginEnvironment", "Slice",
    "SmackProcessLabel", "SocketBindAllow", "SocketBindDeny", "Sockets", "StandardError",
    "StandardInput", "StandardInputData", "StandardInputText", "StandardOutput",
    "StartupAllowedCPUs", "StartupAllowedMemoryNodes", "StartupBlockIOWeight", "StartupCPUShares",
    "StartupCPUWeight", "StartupIOWeight", "StartupMemoryHigh", "StartupMemoryLow",
    "StartupMemoryMax", "StartupMemorySwapMax", "StartupMemoryZSwapMax", "StateDirectory",
    "StateDirectoryAccounting", "StateDirectoryMode", "StateDirectoryQuota", "SuccessExitStatus",
    "SupplementaryGroups", "SyslogFacility", "SyslogIdentifier", "SyslogLevel",
    "SyslogLevelPrefix", "SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter",
    "SystemCallLog", "TTYColumns", "TTYPath", "TTYReset", "TTYRows", "TTYVHangup",
    "TTYVTDisallocate", "TasksAccounting", "TasksMax", "TemporaryFileSystem", "TimeoutAbortSec",
    "TimeoutCleanSec", "TimeoutSec", "TimeoutStartFailureMode", "TimeoutStartSec",
    "TimeoutStopFailureMode", "TimeoutStopSec", "TimerSlackNSec", "UMask",
    "USBFunctionDescriptors", "USBFunctionStrings", "UnsetEnvironment", "User",
    "UserNamespacePath", "UtmpIdentifier", "UtmpMode", "WatchdogSec", "WatchdogSignal",
    "WorkingDirectory",
};
// clang-format on
static_assert(std::is_sorted(std::begin(directives), std::end(directives)));

struct Refused {
    std::string_view key;
    std::string_view why;
};

constexpr std::string_view command = "commands belong in the unit, where they are fenced";
constexpr std::string_view read_from_unit =
    "the fence is built from what the unit says about it: set it there";
constexpr std::string_view unit_section = "it belongs in the [Unit] section of a drop-in";

constexpr Refused refused[] = {
    {"ExecCondition", command},
    {"ExecReload", command},
    {"ExecReloadPost", command},
    {"ExecStart", command},
    {"ExecStartPost", command},
    {"ExecStartPre", command},
    {"ExecStop", command},
    {"ExecStopPost", command},
    {"ExecSearchPath", read_from_unit},
    {"NotifyAccess", read_from_unit},
    {"PIDFile", read_from_unit},
    {"RootDirectory", read_from_unit},
    {"RootDirectoryStartOnly", read_from_unit},
    {"RootImage", read_from_unit},
    {"RootMStack", read_from_unit},
    {"Type", read_from_unit},
    {"LandlockPolicy", read_from_unit},
    {"After", unit_section},
    {"Before", unit_section},
    {"BindsTo", unit_section},
    {"Conflicts", unit_section},
    {"DefaultDependencies", unit_section},
    {"Description", unit_section},
    {"Documentation", unit_section},
    {"FailureAction", unit_section},
    {"OnFailure", unit_section},
    {"OnSuccess", unit_section},
    {"PartOf", unit_section},
    {"RebootArgument", unit_section},
    {"Requires", unit_section},
    {"RequiresMountsFor", unit_section},
    {"StartLimitAction", unit_section},
    {"StartLimitBurst", unit_section},
    {"StartLimitInterval", unit_section},
    {"StartLimitIntervalSec", unit_section},
    {"Wants", unit_section},
    {"Alias", "it belongs in the [Install] section of the unit"},
    {"Also", "it belongs in the [Install] section of the unit"},
    {"RequiredBy", "it belongs in the [Install] section of the unit"},
    {"WantedBy", "it belongs in the [Install] section of the unit"},
};

}  // namespace

bool is_directive(const std::string& key) {
    return std::binary_search(std::begin(directives), std::end(directives), std::string_view(key));
}

std::string refusal(const std::string& key) {
    if (key.starts_with("X-Landlock")) return std::string(read_from_unit);
    // They belong into [Unit]: systemd.unit(5), "Conditions and Asserts".
    if (key.starts_with("Condition") || key.starts_with("Assert")) return std::string(unit_section);
    for (const Refused& row : refused)
        if (row.key == key) return std::string(row.why);
    return "";
}

std::vector<std::string> directive_names() {
    return {std::begin(directives), std::end(directives)};
}

std::string nearest_directive(const std::string& key) {
    return nearest(key, directive_names());
}

}  // namespace ringfence::policy
