// wrtd resume: a guest goes on where a snapshot left it.
#include "commands.hpp"
#include "guest.hpp"

namespace wrtd {

int resume(const Options& options)
{
    Guest guest{options};
    const int prepared = guest.prepare();
    if (prepared != 0 || guest.finished()) return prepared;
    return guest.conclude(guest.resume());
}

}  // namespace wrtd
