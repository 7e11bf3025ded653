/* A whole host: loads the plugin, applies packages to a SQLite database and a folder of elements, prints the
 * report. Everything it does not bring along (jobs, maintenance, notification) is built in.
 *
 *   cc -std=c11 -I include minimal_host.c -ldl
 *   ./a.out libbackstay_plugin.so sqlite:/srv/crm.db /srv/crm-store MyDelivery.zip */
#include <backstay/plugin.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const backstay_api *load(const char *library) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return NULL;
  const backstay_api *(*negotiate)(backstay_negotiation *);
  *(void **)&negotiate = dlsym(handle, "backstay_negotiate");
  backstay_negotiation terms = {.struct_size = sizeof terms, .host_major = BACKSTAY_ABI_MAJOR, .host_minor = BACKSTAY_ABI_MINOR};
  return negotiate ? negotiate(&terms) : NULL;
}

/* Copies text as a JSON string; nothing but quotes, backslashes and control characters needs care. */
static void quote(char *out, size_t room, const char *text) {
  size_t used = 0;
  out[used++] = '"';
  for (; *text && used + 8 < room; ++text) {
    if ((unsigned char)*text < 0x20) used += (size_t)snprintf(out + used, room - used, "\\u%04x", (unsigned)*text);
    else if (*text == '"' || *text == '\\') { out[used++] = '\\'; out[used++] = *text; }
    else out[used++] = *text;
  }
  out[used++] = '"';
  out[used] = 0;
}

static void print(const backstay_api *api, backstay_buf *document) {
  printf("%s\n", api->buf_data(document));
  api->buf_release(document);
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "use: minimal_host LIBRARY DATABASE STORE PACKAGE\n"), 2;
  const backstay_api *api = load(argv[1]);
  if (!api) return fprintf(stderr, "this is no plugin that fits\n"), 2;
  char database[4096], store[4096], package[4096], config[9000], params[5000];
  quote(database, sizeof database, argv[2]);
  quote(store, sizeof store, argv[3]);
  quote(package, sizeof package, argv[4]);
  snprintf(config, sizeof config, "{\"database\": %s, \"store\": {\"dir\": %s}}", database, store);
  snprintf(params, sizeof params, "{\"inputs\": [%s]}", package);

  backstay_engine *engine = NULL;
  backstay_op *op = NULL;
  backstay_buf *document = NULL;
  backstay_status status = api->engine_open(NULL, config, SIZE_MAX, &engine, &document);
  if (status > 0) status = api->op_new(engine, BACKSTAY_OP_APPLY, params, SIZE_MAX, &op, &document);
  if (status > 0) status = api->op_run(op, &document);
  print(api, document);
  fprintf(stderr, "%s\n", api->status_name(status));
  if (op) api->op_free(op);
  if (engine) api->engine_close(engine);
  return status > 0 ? 0 : 1;
}
