import{a,b,c}from"/static/chunk.RFF3HJCN.js";export{b as LiveStreamClient,a as StoryError,c as readEvents};
