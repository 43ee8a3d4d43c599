(()=>{
const root=document.documentElement,tip=document.createElement("div");
tip.className="tip";tip.hidden=true;tip.setAttribute("role","status");
for(const m of document.querySelectorAll(".hit"))m.dataset.tip=m.getAttribute("aria-label");
const show=(mark)=>{
if(!tip.isConnected)document.body.append(tip);
tip.textContent=mark.dataset.tip;tip.hidden=false;
const box=mark.getBoundingClientRect(),me=tip.getBoundingClientRect(),above=box.top-me.height-6;
tip.style.left=Math.min(Math.max(box.left+box.width/2-me.width/2,4),root.clientWidth-me.width-4)+scrollX+"px";
tip.style.top=(above>0?above:box.bottom+6)+scrollY+"px";
};
for(const type of["pointerover","focusin"])document.addEventListener(type,(e)=>{const m=e.target.closest&&e.target.closest("[data-tip]");m?show(m):tip.hidden=true});
document.addEventListener("keydown",(e)=>{if(e.key==="Escape")tip.hidden=true});
})();
