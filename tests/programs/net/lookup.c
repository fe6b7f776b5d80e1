// Names and their addresses. Arguments: pairs of a name and what comes of it, an error or "found".
#include "sockets.h"

static const char* const names[] = {
    [access_denied] = "access-denied", [invalid_argument] = "invalid-argument",
    [name_unresolvable] = "name-unresolvable", [temporary_resolver_failure] = "temporary-resolver-failure",
};

int main(int argc, char** argv)
{
  const uint32_t network = instance_network();
  for (int i = 1; i < argc; ++i) {
    const Handle made = OF(Handle, resolve_addresses, network, argv[i], strlen(argv[i]));
    int error = made.is_error ? made.error : fine;
    printf("%s:", argv[i]);
    while (error == fine) {
      const NextAddress next = OF(NextAddress, next_address, made.value);
      if (next.is_error && next.error == would_block) {
        block_on(lookup_subscribe(made.value));
        continue;
      }
      if (next.is_error) error = next.error;
      if (next.is_error || !next.value.is_some) break;
      const Ip ip = next.value.ip;
      if (ip.is_v6) printf(" v6 ending in %x", ip.v6[7]);
      else printf(" %u.%u.%u.%u", ip.v4[0], ip.v4[1], ip.v4[2], ip.v4[3]);
    }
    if (error != fine) printf(" %s", names[error] ? names[error] : "another error");
    putchar('\n');
    if (!made.is_error) drop_lookup(made.value);
  }
}
