package tiktok

import (
	"hash/maphash"
	"math/bits"

	"showcaller/internal/live"
)

// roleSet is a set of live.Roles, bit i for Roles[i].
type roleSet uint8

const (
	roleHost roleSet = 1 << iota
	roleModerator
	roleSubscriber
	roleFriend
	roleFollower
	roleGifter
	roleVerified
)

// roleNames holds the names of every set, so that an event can point to them instead of allocating.
var roleNames = func() (names [1 << len(live.Roles)][]string) {
	for set := range names {
		for rest := uint(set); rest != 0; rest &= rest - 1 {
			names[set] = append(names[set], live.Roles[bits.TrailingZeros(rest)])
		}
	}
	return names
}()

// Badge scenes, as observed (protocol section 6.5).
const (
	sceneModerator     = 1
	sceneSubscriber    = 4
	sceneRankList      = 6 // "No. 1": the top gifters of this LIVE
	sceneNewSubscriber = 7
	sceneGifterLevel   = 8
	sceneTeamLevel     = 10
)

// follow_info.follow_status of a viewer towards the host. Gifts write 3 where all others write 1.
const (
	followsHost       = 1
	mutualFollow      = 2
	followsHostOnGift = 3
)

// A viewer is what a User message says.
type viewer struct {
	id     int64
	roles  roleSet
	follow roleSet // what follow_status says; a UserIdentity knows better

	own   live.User
	user  *live.User // own, or a copy with other roles: the one that the last event was given
	given bool       // to an event: from then on it is not changed
	shown roleSet    // user.Roles
}

// newViewer returns a viewer whom no User message describes.
func newViewer(u live.User, id int64) *viewer {
	v := &viewer{own: u, id: id}
	v.user = &v.own
	return v
}

// as returns the viewer with the given roles. All events that say the same share it, so nobody may change it.
func (v *viewer) as(roles roleSet) *live.User {
	if roles != v.shown {
		if v.given {
			again := *v.user
			v.user = &again
		}
		v.user.Roles, v.shown = roleNames[roles], roles
	}
	v.given = true
	return v.user
}

// A person is somebody in the message at hand: the User, and the UserIdentity that stands elsewhere in the message, which may
// come before it.
type person struct {
	*viewer    // nil for nobody
	identity   roleSet
	identified bool // there was a UserIdentity
}

// user returns the viewer of an event; nil for nobody.
func (p *person) user() *live.User {
	if v := p.viewer; v == nil || v.id == 0 && v.own.UniqueID == "" && v.own.Nickname == "" {
		return nil
	}
	roles := p.roles | p.identity
	if !p.identified {
		roles |= p.follow
	}
	return p.as(roles)
}

// person sets p to the viewer that the field, a User, describes.
func (d *decoder) person(f *fields, p *person) {
	if b := f.bytes(); b != nil {
		p.viewer = d.viewer(b)
	}
}

// userOf reads the User b; nil if it names nobody.
func (d *decoder) userOf(b []byte) *live.User {
	p := person{viewer: d.viewer(b)}
	return p.user()
}

// A viewerCache remembers viewers by the hash of their User's bytes, the last four of each set: some 8000 in all, or 4 MB in a busy
// room. The same bytes come with every like and comment of a viewer, and every two seconds for the sixteen best: reading them
// once saves most of the work, and their events share the strings.
type viewerCache [1 << 11]viewerSet

// A viewerSet is what a hash's lowest bits lead to. Its hashes lie together: looking at all of them costs as much as at one.
type viewerSet struct {
	keys    [4]uint64
	viewers [4]*viewer
	oldest  uint8 // the next to be forgotten
}

// find returns the viewer with that hash, or nil.
func (s *viewerSet) find(key uint64) *viewer {
	for i, k := range s.keys {
		if k == key {
			return s.viewers[i]
		}
	}
	return nil
}

// remember adds a viewer in place of the oldest.
func (s *viewerSet) remember(key uint64, v *viewer) {
	i := s.oldest % uint8(len(s.keys))
	s.keys[i], s.viewers[i] = key, v
	s.oldest = i + 1
}

// viewer returns who the User b is.
func (d *decoder) viewer(b []byte) *viewer {
	key := maphash.Bytes(d.seed, b)
	set := &d.viewers[key%uint64(len(d.viewers))]
	if v := set.find(key); v != nil {
		return v
	}
	v := d.readUser(b)
	if d.err == nil {
		set.remember(key, v)
	}
	return v
}

var userFields = only(1, 3, 9, 12, 22, 32, 38, 64)

// readUser reads the User b.
func (d *decoder) readUser(b []byte) *viewer {
	v := newViewer(live.User{}, 0)
	f := d.pick(b, userFields)
	for f.next() {
		switch f.num {
		case 1:
			f.int64(&v.id)
		case 3:
			f.string(&v.own.Nickname)
		case 9: // avatar_thumb; medium and large are mostly not sent
			v.own.ProfilePicture = d.image(f.bytes())
		case 12:
			f.role(&v.roles, roleVerified)
		case 22:
			d.followInfo(f.bytes(), v)
		case 32:
			d.userAttr(f.bytes(), v)
		case 38:
			f.string(&v.own.UniqueID)
		case 64:
			d.badge(f.bytes(), v)
		}
	}
	if v.id != 0 && v.id == d.hostID {
		v.roles |= roleHost
	}
	v.own.UserID = d.decimal(v.id)
	return v
}

// role adds a role to the set if the field is a true bool.
func (f *fields) role(to *roleSet, role roleSet) {
	var on bool
	if f.bool(&on); on {
		*to |= role
	}
}

// image returns the first address of the Image b. It is signed and expires after hours.
func (d *decoder) image(b []byte) (url string) {
	f := d.pick(b, only(1))
	for url == "" && f.next() {
		f.string(&url)
	}
	return url
}

func (d *decoder) followInfo(b []byte, v *viewer) {
	var status int64
	f := d.pick(b, only(3))
	for f.next() {
		f.int64(&status)
	}
	switch status {
	case followsHost, followsHostOnGift:
		v.follow = roleFollower
	case mutualFollow: // UserIdentity, too, sets both for friends: 28 of 28 in the captures
		v.follow = roleFriend | roleFollower
	}
}

func (d *decoder) userAttr(b []byte, v *viewer) {
	f := d.pick(b, only(2)) // is_admin
	for f.next() {
		f.role(&v.roles, roleModerator)
	}
}

var badgeFields = only(3, 12, 23)

// badge reads the Badge b. Most badges come twice, in an old and a new style; only the new one carries every text.
func (d *decoder) badge(b []byte, v *viewer) {
	var scene int
	var logExtra, combine []byte
	f := d.pick(b, badgeFields)
	for f.next() {
		switch f.num {
		case 3:
			f.int(&scene)
		case 12:
			f.raw(&logExtra)
		case 23:
			f.raw(&combine)
		}
	}
	switch scene {
	case sceneModerator:
		v.roles |= roleModerator
	case sceneSubscriber, sceneNewSubscriber:
		v.roles |= roleSubscriber
	case sceneRankList:
		v.own.TopGifter = max(v.own.TopGifter, d.topGifter(combine))
	case sceneGifterLevel:
		v.own.GifterLevel = max(v.own.GifterLevel, digits(d.text(logExtra, 5)))
		if v.own.GifterLevel == 0 {
			v.own.GifterLevel = digits(d.text(combine, 4))
		}
	case sceneTeamLevel: // here the combine badge holds a roman numeral
		v.own.TeamLevel = max(v.own.TeamLevel, digits(d.text(logExtra, 5)))
	}
}

// topGifter reads the place out of a CombineBadge whose text is "No. 1".
func (d *decoder) topGifter(combine []byte) int {
	pattern := d.text(d.text(combine, 3), 2)
	if len(pattern) == 0 {
		return 0
	}
	return digits(pattern[len(pattern)-1:])
}

// text returns the last length-delimited field with the number num in the message b; nil if there is none.
func (d *decoder) text(b []byte, num int32) (text []byte) {
	f := d.pick(b, only(int(num)))
	for f.next() {
		if f.num == num { // beyond 62 a set does not tell numbers apart
			f.raw(&text)
		}
	}
	return text
}

// number returns the first number with the field number num in the message b; 0 if there is none.
func (d *decoder) number(b []byte, num int) (v int64) {
	f := d.pick(b, only(num))
	if f.next() {
		f.int64(&v)
	}
	return v
}

// identity reads a UserIdentity: the relation of the sender to the host, and the best source of roles where there is one.
func (d *decoder) identity(b []byte, p *person) {
	p.identified = true
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.role(&p.identity, roleGifter)
		case 2:
			f.role(&p.identity, roleSubscriber)
		case 3:
			f.role(&p.identity, roleFriend)
		case 4:
			f.role(&p.identity, roleFollower)
		case 5:
			f.role(&p.identity, roleModerator)
		case 6:
			f.role(&p.identity, roleHost)
		}
	}
}
