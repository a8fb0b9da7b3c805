package watchfile

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/storage"
)

// openPlace opens a place, or notes why it cannot be watched.
func (w *Watch) openPlace(ctx context.Context, at string, p Place) (trigger.Place, bool) {
	place := trigger.Place{Match: p.Match, Done: p.Done}
	root, err := absolute(p.Place)
	if err == nil {
		place.Root = root + "/"
		place.Store, err = w.places.Open(ctx, root)
	}
	if err != nil {
		w.File.fault(at, "%s", err)
		return place, false
	}
	own, ok := ownBelow(place.Root, w.config.Out+"/")
	if !ok {
		w.File.fault(at, "the sweeps write to out, %s, so what arrives there cannot be told from what they write; watch another place", w.Out)
		return place, false
	}
	if own != "" {
		place.Own = []string{own}
	}
	w.watched = append(w.watched, place)
	return place, true
}

// ownBelow is what to leave out below a watched place because sweeps write there,
// or nothing. It is not ok if the whole place lies below what they write.
func ownBelow(place, out string) (own string, ok bool) {
	if strings.HasPrefix(place, out) {
		return "", false
	}
	own, below := strings.CutPrefix(out, place)
	if !below {
		return "", true
	}
	return own, true
}

// absolute is a place as every daemon names it, without a slash at its end.
func absolute(place string) (string, error) {
	if !storage.IsURL(place) {
		path, err := filepath.Abs(place)
		if err != nil {
			return "", fmt.Errorf("%s: %w", place, err)
		}
		place = filepath.ToSlash(path)
	}
	return strings.TrimRight(place, "/"), nil
}
