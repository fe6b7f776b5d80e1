// An HTTP server of web standards: what a fetch event is given and answers. tests/real/README.md says what is asked of it.
const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

// Lines, `wait` milliseconds apart: a body that has no length before it ends.
function lines(count, wait) {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      if (next > 0 && next < count) await new Promise((resolve) => setTimeout(resolve, wait));
      if (next === count) {
        controller.close();
      } else {
        controller.enqueue(encoder.encode(`line ${next++}\n`));
      }
    },
  });
}

async function answer(request) {
  const url = new URL(request.url);
  switch (`${request.method} ${url.pathname}`) {
    case "GET /json":
      return json({ method: request.method, query: Object.fromEntries(url.searchParams), agent: request.headers.get("x-agent") });
    case "POST /echo":
      return new Response(await request.arrayBuffer(), { headers: { "content-type": "application/octet-stream" } });
    case "POST /echo-stream":
      return new Response(request.body);
    case "GET /stream":
      return new Response(lines(Number(url.searchParams.get("lines")), Number(url.searchParams.get("wait"))), {
        headers: { "content-type": "text/plain" },
      });
    case "GET /fail":
      throw new Error("asked to fail");
    default:
      return json({ error: `nothing at ${request.method} ${url.pathname}` }, 404);
  }
}

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
