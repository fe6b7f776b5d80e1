// wrtd run: a WASI command from its start to its exit.
#include "commands.hpp"
#include "component_guest.hpp"
#include "exit_code.hpp"
#include "guest.hpp"
#include "messages.hpp"

namespace wrtd {

int run(const Options& options)
{
    if (const std::optional<bool> component = is_component_file(options.files.front());
        component && *component) {
        return run_component(options);
    }
    Guest guest{options};
    const int prepared = guest.prepare();
    if (prepared != 0 || guest.finished()) return prepared;

    const wrt::Result<wrt::Func> start = guest.instance().func("_start");
    if (!start) {
        // A module may have done all its work in its start function.
        if (guest.instance().module().has_start()) return guest.conclude(wrt::ok());
        error("{} has no _start to run", escaped(guest.path()));
        hint("`wrtd call {} NAME` calls an export; `wrtd inspect {}` lists them",
             escaped(guest.path()), escaped(guest.path()));
        return exit_not_found;
    }
    return guest.conclude(start->call({}, {}));
}

}  // namespace wrtd
