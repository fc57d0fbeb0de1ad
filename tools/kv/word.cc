// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/word.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/worker/suggest.h"

namespace sedge::tools {
namespace {

bool IsOfConfiguration(const KvFlags& flags, const std::string& id) {
  const auto bindings = ReadAllKvBindings(flags.place);
  return bindings.ok() && std::ranges::any_of(*bindings, [&](const KvBinding& one) {
           return one.id == id || one.preview_id == id || (one.id.empty() && one.binding == id);
         });
}

// An id that is mistyped makes a namespace too: says so where there are others.
void NoteNewNamespace(const std::string& id, const std::vector<KvNamespaceInfo>& others) {
  if (others.empty()) return;
  std::vector<std::string_view> known;
  std::string all;
  for (const KvNamespaceInfo& one : others) {
    known.insert(known.end(), {one.id, one.title});
    all += (all.empty() ? "" : ", ") + one.title + (one.id == one.title ? "" : " (" + one.id + ")");
  }
  std::fprintf(stderr, "sedge: note: made the namespace %s, which was not there%s; there are: %s\n",
               id.c_str(), worker::DidYouMean(id, known).c_str(), all.c_str());
}

// What `sedge serve` has under a name without id, and what a first write to a folder brings, is
// there without anybody having created it.
Status EnsureThere(const KvPlace& place, const KvFlags& flags, KvTarget& target, KvUse use) {
  const KvNamespaceChoice& ns = target.ns;
  if (!place.is_folder() || use == KvUse::kChange) return {};
  if (!ns.binding.empty()) return target.client->EnsureNamespace(ns.id, ns.binding);
  if (use == KvUse::kRead) return {};
  SEDGE_ASSIGN_OR_RETURN(const auto others, target.client->Namespaces());
  const bool is_there =
      std::ranges::any_of(others, [&](const KvNamespaceInfo& one) { return one.id == ns.id; });
  if (is_there) return {};
  SEDGE_RETURN_IF_ERROR(target.client->EnsureNamespace(ns.id, ns.id));
  if (!IsOfConfiguration(flags, ns.id)) NoteNewNamespace(ns.id, others);
  return {};
}

Result<KvTarget> Open(const KvPlace& place, KvUse use) {
  KvTarget target;
  SEDGE_ASSIGN_OR_RETURN(
      target.access,
      OpenKvAccess(place, use == KvUse::kWrite ? IfMissing::kMake : IfMissing::kFail));
  target.client = std::make_unique<KvClient>(*target.access);
  return target;
}

std::optional<KvTarget> OpenWith(const std::string& command, const KvFlags& flags, KvUse use,
                                 const std::optional<KvNamespaceChoice>& ns, int& status) {
  const Result<KvPlace> place = FindKvPlace(flags.place);
  if (!place.ok()) {
    status = FailAs(command, place.status());
    return std::nullopt;
  }
  Result<KvTarget> target = Open(*place, use);
  if (target.ok() && ns) {
    target->ns = *ns;
    if (const Status made = EnsureThere(*place, flags, *target, use); !made.ok()) target = made;
  }
  if (!target.ok()) {
    status = Fail(target.status());
    return std::nullopt;
  }
  return std::move(target).value();
}

}  // namespace

void AddKvFlags(CLI::App& command, KvFlags& flags, const std::string& doing) {
  if (!doing.empty()) AddNamespaceFlags(command, flags.ns, doing);
  AddPlaceFlags(command, flags.place);
  command.add_flag("--json", flags.json, "Results as JSON");
}

std::optional<KvTarget> OpenStore(const std::string& command, const KvFlags& flags, KvUse use,
                                  int& status) {
  return OpenWith(command, flags, use, std::nullopt, status);
}

std::optional<KvTarget> OpenNamespace(const std::string& command, const KvFlags& flags, KvUse use,
                                      int& status) {
  const Result<KvNamespaceChoice> ns = ChooseNamespace(
      flags.ns, flags.place, use == KvUse::kRead ? std::optional(false) : std::nullopt);
  if (!ns.ok()) {
    status = FailAs(command, ns.status());
    return std::nullopt;
  }
  return OpenWith(command, flags, use, *ns, status);
}

int Fail(const Status& why) {
  PrintError(why);
  return kExitFailed;
}

int FailAs(const std::string& command, const Status& why) {
  if (why.code() != StatusCode::kInvalidArgument) return Fail(why);
  return PrintUsageError(command, std::string(why.message()));
}

void Print(std::string_view text) {
  if (!text.empty()) std::fwrite(text.data(), 1, text.size(), stdout);
}

bool OutputBroken() { return std::ferror(stdout) != 0; }

int PrintResult(const KvFlags& flags, const std::string& text, const Json& json) {
  Print((flags.json ? JsonText(json) : text) + "\n");
  return Finish();
}

int Finish() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return kExitOk;
  // Whoever closed it knows.
  if (errno == EPIPE) return kExitFailed;
  return Fail(IoError(std::string("standard output: ") +
                      (errno != 0 ? std::strerror(errno) : "not everything could be written")));
}

}  // namespace sedge::tools
