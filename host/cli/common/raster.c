/* raster.c - SVG to PNG and PDF by librsvg, where the headers were there when this was built. */
#include "raster.h"

#include "cli_error.h"

#ifdef INITLAB_RSVG

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cairo-pdf.h>
#include <librsvg/rsvg.h>

/* What is called; librsvg brings cairo and GLib with it. */
#define CALLS(X)                                                                                   \
    X(rsvg_handle_new_from_data)                                                                   \
    X(rsvg_handle_get_intrinsic_size_in_pixels)                                                    \
    X(rsvg_handle_render_document)                                                                 \
    X(g_object_unref)                                                                              \
    X(g_error_free)                                                                                \
    X(cairo_image_surface_create)                                                                  \
    X(cairo_pdf_surface_create_for_stream)                                                         \
    X(cairo_pdf_surface_set_metadata)                                                              \
    X(cairo_surface_write_to_png_stream)                                                           \
    X(cairo_surface_finish)                                                                        \
    X(cairo_surface_status)                                                                        \
    X(cairo_surface_destroy)                                                                       \
    X(cairo_create)                                                                                \
    X(cairo_status)                                                                                \
    X(cairo_destroy)                                                                               \
    X(cairo_status_to_string)

struct calls {
#define X(name) __typeof__(&(name)) name;
    CALLS(X)
#undef X
};

/* Never closed: GLib does not bear it. */
static il_status open_library(struct calls *c, il_error *err)
{
    static const char NAME[] = "librsvg-2.so.2";
    void *const library = dlopen(NAME, RTLD_NOW | RTLD_LOCAL);

    if (!library)
        return cli_error(err, IL_E_USAGE,
                         "PNG and PDF take librsvg (Debian: apt-get install librsvg2-2): %.200s",
                         dlerror());
#define X(name)                                                                                    \
    *(void **)&c->name = dlsym(library, #name);                                                    \
    if (!c->name)                                                                                  \
        return cli_error(err, IL_E_USAGE, "%s has no %s: it is too old", NAME, #name);
    CALLS(X)
#undef X
    return IL_OK;
}

il_status raster_check(il_error *err)
{
    struct calls c;

    return open_library(&c, err);
}

static cairo_status_t put(void *stream, const unsigned char *bytes, unsigned int n)
{
    return fwrite(bytes, 1, n, stream) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static il_status failed(const struct calls *c, GError *why, cairo_status_t code, il_error *err)
{
    const il_status st = code == CAIRO_STATUS_NO_MEMORY || code == CAIRO_STATUS_WRITE_ERROR
                             ? IL_E_MEMORY
                             : IL_E_DATA;

    cli_error(err, st, "cannot draw the figure: %.200s",
              why ? why->message : c->cairo_status_to_string(code));
    if (why)
        c->g_error_free(why);
    return st;
}

/* an image of as many pixels as fit; or a page, whose date is always the same */
static cairo_surface_t *new_surface(const struct calls *c, int pdf, FILE *to, RsvgRectangle *area)
{
    static const double POINTS = .75, CRISP = 2, MOST = 32767; /* a pixel's; pixels of an image */
    cairo_surface_t *s;
    double scale = POINTS;

    if (!pdf)
        scale = CRISP * fmax(area->width, area->height) <= MOST ? CRISP : 1;
    area->width = ceil(area->width * scale);
    area->height = ceil(area->height * scale);
    if (!pdf)
        return c->cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)area->width,
                                             (int)area->height);
    s = c->cairo_pdf_surface_create_for_stream(put, to, area->width, area->height);
    c->cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z");
    return s;
}

static il_status draw(const struct calls *c, RsvgHandle *handle, int pdf, FILE *to, il_error *err)
{
    RsvgRectangle area = { 0, 0, 0, 0 };
    GError *why = NULL;
    cairo_surface_t *s;
    cairo_t *cr;
    cairo_status_t code;
    il_status st = IL_OK;

    c->rsvg_handle_get_intrinsic_size_in_pixels(handle, &area.width, &area.height);
    s = new_surface(c, pdf, to, &area);
    cr = c->cairo_create(s);
    code = c->cairo_status(cr);
    if (code != CAIRO_STATUS_SUCCESS || !c->rsvg_handle_render_document(handle, cr, &area, &why))
        st = failed(c, why, code, err);
    c->cairo_destroy(cr);
    if (st == IL_OK && !pdf)
        code = c->cairo_surface_write_to_png_stream(s, put, to);
    c->cairo_surface_finish(s);
    if (st == IL_OK && code == CAIRO_STATUS_SUCCESS)
        code = c->cairo_surface_status(s);
    if (st == IL_OK && code != CAIRO_STATUS_SUCCESS)
        st = failed(c, NULL, code, err);
    c->cairo_surface_destroy(s);
    return st;
}

/* The end of what was drawn: nothing of it where that failed, whose words stay. */
static il_status finish(il_text *to, il_status drawn, il_error *err)
{
    il_error late;
    const il_status st = il_text_close(to, drawn == IL_OK ? err : &late);

    if (drawn == IL_OK)
        return st;
    free(to->bytes);
    to->bytes = NULL;
    return drawn;
}

il_status raster(const char *svg, size_t n, int pdf, char **bytes, size_t *size, il_error *err)
{
    struct calls c;
    RsvgHandle *handle;
    GError *why = NULL;
    il_text to;
    il_status st = open_library(&c, err);

    *bytes = NULL;
    if (st != IL_OK)
        return st;
    handle = c.rsvg_handle_new_from_data((const guint8 *)svg, n, &why);
    if (!handle)
        return failed(&c, why, CAIRO_STATUS_SUCCESS, err);
    st = il_text_open(&to, err);
    if (st == IL_OK) {
        st = draw(&c, handle, pdf, to.stream, err);
        st = finish(&to, st, err);
        *bytes = to.bytes;
        *size = to.length;
    }
    c.g_object_unref(handle);
    return st;
}

#else

il_status raster_check(il_error *err)
{
    return cli_error(err, IL_E_USAGE,
                     "PNG and PDF take librsvg, without which this initlab was built: install it "
                     "(Debian: librsvg2-dev) and build again, or have rsvg-convert draw FILE.svg");
}

il_status raster(const char *svg, size_t n, int pdf, char **bytes, size_t *size, il_error *err)
{
    (void)svg, (void)n, (void)pdf;
    *bytes = NULL;
    *size = 0;
    return raster_check(err);
}

#endif
