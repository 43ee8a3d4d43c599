(()=>{
const root=document.documentElement,tip=document.createElement("div"),colon=root.lang==="fr"?"\u00a0: ":": ";
tip.className="tip";tip.hidden=true;tip.setAttribute("role","status");
for(const m of document.querySelectorAll(".hit"))m.dataset.tip=m.getAttribute("aria-label");
const numbers=(svg)=>(svg.closest("section,main").querySelector("table.sorts")||document.querySelector("#all table"));
const text=(c)=>c.textContent.trim();
const words=(head,row,col,to)=>{
const out=[text(row.cells[0])];
for(let i=col?col-1:1;i<(col?Math.max(col,to):head.length);i++){const t=row.cells[i]?text(row.cells[i]):"";if(t&&t!=="–")out.push(text(head[i])+colon+t)}
return out.join("\n");
};
for(const svg of document.querySelectorAll("svg[data-rows]")){
const table=numbers(svg);
if(!table)continue;
const head=[...table.tHead.rows[0].cells],rows=[...table.tBodies[0].rows],marks=[];
for(const place of svg.dataset.rows.split(" ")){
const[r,c,to,x,y,w,h]=place.split(",").map(Number);
if(!rows[r-1])continue;
const m=document.createElementNS("http://www.w3.org/2000/svg","rect"),says=words(head,rows[r-1],c,to);
for(const[k,v]of Object.entries({class:"hit",role:"img",tabindex:marks.length?"-1":"0",x,y,width:w,height:h,"aria-label":says.replaceAll("\n","; "),"data-tip":says}))m.setAttribute(k,v);
marks.push(m);
}
if(!marks.length)continue;
svg.append(...marks);
svg.setAttribute("role","group");
svg.addEventListener("keydown",(e)=>{
const at=marks.indexOf(e.target),n=marks.length,to={ArrowRight:at+1,ArrowDown:at+1,ArrowLeft:at-1,ArrowUp:at-1,Home:0,End:n-1}[e.key];
if(at<0||to===undefined)return;
e.preventDefault();
const m=marks[Math.min(Math.max(to,0),n-1)];
e.target.setAttribute("tabindex","-1");m.setAttribute("tabindex","0");m.focus();
});
}
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
