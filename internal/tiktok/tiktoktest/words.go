package tiktoktest

// tongue is a language that viewers speak: what they are called and what they say.
type tongue struct {
	code   string
	weight int // out of about a hundred viewers
	names  []string
	lines  []string
}

// tongues are those of the hosts we build for, and a few whose scripts break careless pages: right to left, combining marks,
// letters without spaces, emoji of several code points.
func tongues() []tongue { //nolint:funlen // a table
	return []tongue{
		{
			code: "vi", weight: 30,
			names: []string{
				"Nguyễn Minh Anh", "Trần Bảo Ngọc", "Lê Thảo 🌸", "Phạm Quốc Huy", "Hoàng Yến", "Đặng Tuấn",
				"Bé Mây ☁️", "Vũ Hải Đăng", "Út Cưng", "Mèo Lười", "Thu Hà 🍀", "Khoa Pug",
			},
			lines: []string{
				"xin chào mọi người", "chị ơi hát lại bài này đi ạ", "hay quá trời luôn",
				"em mới vào, đang nói gì vậy ạ?", "cho em xin tên bài hát với", "dễ thương quá",
				"hôm nay live tới mấy giờ vậy chị?", "chào cả nhà nha 👋", "ủa sao lag vậy",
				"tặng chị bông hồng nè 🌹", "đỉnh của chóp", "nghe mà nổi da gà luôn á", "chúc chị ngủ ngon",
				"haha cười xỉu", "đường truyền ổn rồi đó",
			},
		},
		{
			code: "zh", weight: 25,
			names: []string{
				"小明", "王小花🌷", "夜雨聽風", "阿强", "喵喵酱", "林志豪", "一杯奶茶", "星河", "柠檬不酸", "陈大文", "糖糖🍬", "北方的狼",
			},
			lines: []string{
				"主播好！", "666", "今天天气真好！", "哈哈哈哈", "再唱一首吧", "这首歌叫什么名字？", "第一次来，关注了", "太好听了吧", "晚上好呀～",
				"主播今天真漂亮", "前排围观", "求翻唱《晴天》", "加油💪", "我来晚了吗？", "這個太好笑了", "礼物走一波",
			},
		},
		{
			code: "en", weight: 20,
			names: []string{
				"John Doe", "Emma 🦋", "xX_shadow_Xx", "Jane Smith", "Big Mike", "lily.reads", "Tom",
				"the real Sam", "Ava ✨", "Noah",
			},
			lines: []string{
				"hello from texas", "first time here, hi!", "what song is this?", "LMAO",
				"can you say hi to my sister?", "your voice is amazing", "how long have you been streaming?",
				"lag?", "GG", "love this ❤️", "where are you from?", "sing it again please",
				"who else is watching at 3am", "W stream", "followed!",
			},
		},
		{
			code: "ja", weight: 15,
			names: []string{
				"さくら🌸", "たろう", "ねこまる", "山田ハナコ", "ゆきだるま", "ケンジ", "みかん🍊", "とうふ",
			},
			lines: []string{
				"こんばんは！", "初見です", "かわいい〜", "この曲なに？", "うますぎるwww", "おつかれさまです", "888888", "今日は何時までですか？",
				"待ってました！", "それな", "草", "リクエストいいですか？",
			},
		},
		{
			code: "th", weight: 5,
			names: []string{
				"น้องมิว", "ต้นไม้ 🌿", "พี่หมี", "แก้วใส",
			},
			lines: []string{
				"สวัสดีค่ะ", "ร้องเพราะมากเลย", "ขอเพลงหน่อยครับ", "น่ารักมากๆ", "5555555",
				"วันนี้ไลฟ์ถึงกี่โมง",
			},
		},
		{
			code: "ar", weight: 3,
			names: []string{
				"محمد", "ليلى ✨", "أبو خالد",
			},
			lines: []string{
				"السلام عليكم", "صوتك رائع", "من أي بلد أنت؟", "هههههه", "تحية من مصر 🇪🇬",
			},
		},
		{
			code: "un", weight: 2,
			names: []string{
				"👑🔥👑", "🧑‍🚀", "🌹🌹🌹",
			},
			lines: []string{
				"🔥🔥🔥", "❤️❤️", "👏👏👏👏", "😂", "🏳️‍🌈✨", "👨‍👩‍👧‍👦",
			},
		},
	}
}
