// Waits: `polling wait MS` for a clock and a socket at once, `polling forever` for nobody.
#include "sockets.h"

int main(int argc, char** argv)
{
  CHECK(argc >= 2);
  const uint32_t network = instance_network();
  Address at;
  const uint32_t listener = listen_on(network, loopback(0), &at);
  const Connection client = connect_to(network, at);
  const Connection server = accept_from(listener);
  uint32_t waited[4] = {tcp_subscribe(listener), input_subscribe(client.in), input_subscribe(server.in)};
  Bytes ready;
  if (strcmp(argv[1], "wait") == 0) {
    waited[3] = subscribe_duration(strtoull(argv[2], NULL, 10) * 1000000);
    poll_list(waited, 4, &ready);
    CHECK(ready.size == 1 && ((uint32_t*)ready.data)[0] == 3);
    // One pollable as often as the guest likes, and all of them at once.
    static uint32_t many[3000];
    for (int i = 0; i < 3000; ++i) many[i] = waited[i % 3];
    CHECK(!OF(WriteResult, output_blocking_write, client.out, (const uint8_t*)"x", 1).is_error);
    poll_list(many, 3000, &ready);
    CHECK(ready.size == 3000 / 3);
    for (uint32_t i = 0; i < ready.size; ++i) CHECK(((uint32_t*)ready.data)[i] % 3 == 2);
    puts("waited");
  } else if (strcmp(argv[1], "read") == 0) {
    puts("reading"), fflush(stdout);
    OF(BytesResult, input_blocking_read, server.in, 1);
  } else if (strcmp(argv[1], "write") == 0) {
    puts("writing"), fflush(stdout);
    static uint8_t zeroes[4096];
    for (;;) CHECK(!OF(WriteResult, output_blocking_write, client.out, zeroes, sizeof zeroes).is_error);
  } else {
    puts("waiting"), fflush(stdout);
    poll_list(waited, 3, &ready);
  }
}
