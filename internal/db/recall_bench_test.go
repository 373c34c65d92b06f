package db_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// BenchmarkRecall searches the memory of a story with 100,000 messages, in the words viewers use.
func BenchmarkRecall(b *testing.B) {
	d := remembering(b, 100_000)
	for _, bm := range []struct{ name, text string }{
		{"zh", "你还记得我上次从新加坡来看你唱周杰伦的歌吗"},
		{"vi", "chị ơi bài này tên gì vậy ạ, em ở Đà Nẵng nè"},
		{"en", "what was the name of the song you sang for my sister in Canada?"},
		{"ja", "東京から見てます、この曲の名前は何ですか"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			for b.Loop() {
				found, err := d.RecallStory(b.Context(), "1", "v7", bm.text, 5)
				if err != nil || len(found) != 5 {
					b.Fatal(len(found), err)
				}
			}
		})
	}
}

// remembering returns a database whose story 1 has so many messages: the demo's lines, mixed, each with a word of its own.
func remembering(b *testing.B, messages int) *db.DB {
	b.Helper()
	d := fresh(b)
	if err := d.CreateFirstStory(b.Context(), live.StoryProfile{}); err != nil {
		b.Fatal(err)
	}
	var lines []string
	for _, e := range traffic(1, 20_000) {
		if text := live.Text(e); text != "" {
			lines = append(lines, text)
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	batch := make([]live.StoryMessage, 0, 1000)
	for i := range messages {
		text := strings.Join([]string{lines[rng.IntN(len(lines))], fmt.Sprint("w", rng.IntN(5000)), lines[rng.IntN(len(lines))]}, " ")
		batch = append(batch, said("1", fmt.Sprint("t", i), fmt.Sprint("v", rng.IntN(1000)), text))
		if len(batch) == cap(batch) {
			if err := d.SaveStoryTurns(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	return d
}
